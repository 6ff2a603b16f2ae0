import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import type { ServerInfo } from "../../api/admin";
import {
  type MadeUpServer,
  madeUpServer,
  type Reply,
  renderApp,
  SERVER,
} from "../../testing/render-app";

const ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/Music";

const MUSIC = {
  TableName: "Music",
  TableArn: ARN,
  TableId: "11111111-2222-3333-4444-555555555555",
  TableStatus: "ACTIVE",
  CreationDateTime: 1_519_257_118,
  KeySchema: [
    { AttributeName: "Artist", KeyType: "HASH" },
    { AttributeName: "Year", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "Artist", AttributeType: "S" },
    { AttributeName: "Year", AttributeType: "N" },
    { AttributeName: "Genre", AttributeType: "S" },
  ],
  BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
  ItemCount: 4,
  TableSizeBytes: 4096,
  DeletionProtectionEnabled: false,
  GlobalSecondaryIndexes: [
    {
      IndexName: "by-genre",
      IndexStatus: "CREATING",
      Backfilling: true,
      KeySchema: [{ AttributeName: "Genre", KeyType: "HASH" }],
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["Title"] },
    },
  ],
};

function openTab(
  tab: string,
  operations: Record<string, (input: Record<string, unknown>) => Reply> = {},
  about: ServerInfo = SERVER,
): MadeUpServer {
  const server = madeUpServer({
    admin: { server: about },
    operations: {
      DescribeTable: () => ({ Table: MUSIC }),
      DescribeContinuousBackups: () => ({
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: "ENABLED",
          PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: "DISABLED" },
        },
      }),
      DescribeTimeToLive: () => ({ TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } }),
      ListTagsOfResource: () => ({ Tags: [{ Key: "team", Value: "blue" }] }),
      GetResourcePolicy: () => [400, "PolicyNotFoundException", "None."],
      ...operations,
    },
  });
  renderApp(`/us-east-1/tables/Music/${tab}`);
  return server;
}

const changes = ({ calls }: MadeUpServer) =>
  calls.filter(({ operation }) => !/^(Describe|List|Get)/.test(operation));

describe("the overview", () => {
  it("turns point-in-time recovery on with its link", async () => {
    const server = openTab("overview", { UpdateContinuousBackups: () => ({}) });
    await userEvent.click(
      await screen.findByRole("button", { name: "Enable point-in-time recovery" }),
    );
    expect(await screen.findByText("Point-in-time recovery is on for Music")).toBeDefined();
    expect(changes(server)).toEqual([
      {
        operation: "UpdateContinuousBackups",
        region: "us-east-1",
        input: {
          TableName: "Music",
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      },
    ]);
  });

  it("calls the key as the forms do", async () => {
    const KMSMasterKeyArn = "arn:aws:kms:us-east-1:123456789012:key/1";
    const SSEDescription = { Status: "ENABLED", SSEType: "KMS", KMSMasterKeyArn };
    openTab("overview", { DescribeTable: () => ({ Table: { ...MUSIC, SSEDescription } }) });
    expect(await screen.findByText("AWS managed key")).toBeDefined();
  });

  it("says so when there is no such table", async () => {
    openTab("overview", {
      DescribeTable: () => [400, "ResourceNotFoundException", "Requested resource not found"],
    });
    expect(await screen.findByText("There is no table Music in us-east-1")).toBeDefined();
  });
});

describe("a tab that there is not", () => {
  it("is the overview", async () => {
    openTab("nope");
    expect(await screen.findByText("Table details")).toBeDefined();
    expect(screen.getByRole("tab", { name: "Overview" }).getAttribute("aria-selected")).toBe(
      "true",
    );
  });
});

describe("the actions", () => {
  it("include deleting, unless the table is protected, and then say so", async () => {
    openTab("overview", {
      DescribeTable: () => ({ Table: { ...MUSIC, DeletionProtectionEnabled: true } }),
    });
    await screen.findByText("Table details");
    await userEvent.click(screen.getByRole("button", { name: "Actions" }));
    const item = await screen.findByRole("menuitem", { name: /Delete table/ });
    expect(item.getAttribute("aria-disabled")).toBe("true");
    const backup = screen.getByRole("menuitem", { name: "Create backup" });
    expect(backup.getAttribute("aria-disabled")).not.toBe("true");
  });
});

describe("the indexes", () => {
  it("show their keys and how far they are", async () => {
    openTab("indexes");
    const row = (await screen.findByText("by-genre")).closest("tr") as HTMLElement;
    expect(within(row).getByText("Backfilling")).toBeDefined();
    expect(within(row).getByText("Genre (String)")).toBeDefined();
    expect(within(row).getByText("Include Title")).toBeDefined();
  });

  it("are as many as the server lets a table have", async () => {
    openTab("indexes", {}, { ...SERVER, limits: { global_indexes_max: 1 } });
    const button = await screen.findByRole("button", { name: "Create index" });
    await expect.poll(() => button.getAttribute("aria-disabled")).toBe("true");
  });

  it("are created with a form that checks names and types first", async () => {
    const server = openTab("indexes", { UpdateTable: () => ({}) });
    await userEvent.click(await screen.findByRole("button", { name: "Create index" }));
    const modal = await screen.findByRole("dialog");
    await userEvent.type(within(modal).getByRole("textbox", { name: "Index name" }), "by-genre");
    const key = within(modal).getByRole("textbox", { name: "Partition key: attribute name" });
    await userEvent.click(within(modal).getByRole("button", { name: "Create index" }));
    const type = within(modal).getByRole("button", { name: /Partition key: type/ });
    expect(key.getAttribute("aria-invalid")).toBe("true");
    expect(type.getAttribute("aria-invalid")).not.toBe("true");
    await userEvent.type(key, "Year");
    expect(type.getAttribute("aria-invalid")).toBe("true");
    expect(await within(modal).findByText("Another index has this name.")).toBeDefined();
    expect(within(modal).getByText(/with the type Number/)).toBeDefined();
    expect(changes(server)).toEqual([]);

    await userEvent.type(within(modal).getByRole("textbox", { name: "Index name" }), "-2");
    await userEvent.clear(key);
    await userEvent.type(key, "Title");
    await userEvent.click(within(modal).getByRole("button", { name: "Create index" }));
    expect(await screen.findByText("Creating index by-genre-2 of Music")).toBeDefined();
    expect(changes(server)[0]?.input).toEqual({
      TableName: "Music",
      AttributeDefinitions: [{ AttributeName: "Title", AttributeType: "S" }],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: "by-genre-2",
            KeySchema: [{ AttributeName: "Title", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
          },
        },
      ],
    });
  });
});

describe("an attribute that an index includes", () => {
  it("counts when it is typed, whether or not it was added to the list", async () => {
    const server = openTab("indexes", { UpdateTable: () => ({}) });
    await userEvent.click(await screen.findByRole("button", { name: "Create index" }));
    const modal = within(await screen.findByRole("dialog"));
    await userEvent.type(modal.getByRole("textbox", { name: "Index name" }), "by-title");
    await userEvent.type(modal.getByRole("textbox", { name: /^Partition key/ }), "Title");
    await userEvent.click(modal.getByRole("radio", { name: /^Include/ }));
    const names = modal.getByRole("textbox", { name: "Included attributes" });
    await userEvent.type(names, "Label{Enter}Price");
    await userEvent.click(modal.getByRole("button", { name: "Create index" }));
    expect(await screen.findByText("Creating index by-title of Music")).toBeDefined();
    expect(changes(server)[0]?.input).toMatchObject({
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["Label", "Price"] },
          },
        },
      ],
    });
  });
});

describe("the settings", () => {
  it("turn deletion protection on", async () => {
    const server = openTab("settings", { UpdateTable: () => ({}) });
    await userEvent.click(
      await screen.findByRole("button", { name: "Turn on protection: Protection and class" }),
    );
    await userEvent.click(
      within(await screen.findByRole("dialog")).getByRole("button", { name: "Turn on" }),
    );
    expect(await screen.findByText("Deletion protection of Music is on")).toBeDefined();
    expect(changes(server).map(({ input }) => input)).toEqual([
      { TableName: "Music", DeletionProtectionEnabled: true },
    ]);
  });

  it("keep the modal open with the whole error if the server refuses", async () => {
    openTab("settings", {
      UpdateTimeToLive: () => [400, "ValidationException", "TimeToLive is already enabled"],
    });
    await userEvent.click(await screen.findByRole("button", { name: /Turn on: Time to live/ }));
    const modal = await screen.findByRole("dialog");
    await userEvent.type(within(modal).getByRole("textbox", { name: "Attribute" }), "expires");
    await userEvent.click(within(modal).getByRole("button", { name: "Turn on" }));
    expect(await within(modal).findByText("TimeToLive is already enabled")).toBeDefined();
    expect(within(modal).getByText(/TESTREQUEST/)).toBeDefined();
  });

  it("follow time to live until it is on, and can turn it off before", async () => {
    let status = "ENABLING";
    const server = openTab("settings", {
      DescribeTimeToLive: () => ({
        TimeToLiveDescription: { TimeToLiveStatus: status, AttributeName: "expires" },
      }),
      UpdateTimeToLive: () => ({}),
    });
    expect(await screen.findByText("Turning on")).toBeDefined();
    await userEvent.click(screen.getByRole("button", { name: /Turn off: Time to live/ }));
    status = "ENABLED";
    await expect.poll(() => screen.queryByText("Turning on"), { timeout: 5_000 }).toBeNull();
    await userEvent.click(
      within(await screen.findByRole("dialog")).getByRole("button", { name: "Turn off" }),
    );
    expect(await screen.findByText("Time to live of Music is off")).toBeDefined();
    expect(changes(server)[0]?.input).toEqual({
      TableName: "Music",
      TimeToLiveSpecification: { Enabled: false, AttributeName: "expires" },
    });
  });

  it("do not offer time to live while it is being turned off", async () => {
    openTab("settings", {
      DescribeTimeToLive: () => ({
        TimeToLiveDescription: { TimeToLiveStatus: "DISABLING", AttributeName: "expires" },
      }),
    });
    const button = await screen.findByRole("button", { name: /Turn on: Time to live/ });
    expect(button.getAttribute("aria-disabled")).toBe("true");
  });

  it("create a policy only if there is still none", async () => {
    const server = openTab("settings", { PutResourcePolicy: () => ({ RevisionId: "1" }) });
    await userEvent.click(await screen.findByRole("button", { name: "Create: Resource policy" }));
    const modal = await screen.findByRole("dialog");
    await userEvent.click(within(modal).getByRole("textbox", { name: "Policy" }));
    await userEvent.paste('{"Version":"2012-10-17"}');
    await userEvent.click(within(modal).getByRole("button", { name: "Save changes" }));
    expect(await screen.findByText("Saved the policy of Music")).toBeDefined();
    expect(changes(server).map(({ input }) => input)).toEqual([
      {
        ResourceArn: ARN,
        Policy: '{"Version":"2012-10-17"}',
        ExpectedRevisionId: "NO_POLICY",
      },
    ]);
  });

  it("save a policy that locks out who saves it, when that is confirmed", async () => {
    const server = openTab("settings", { PutResourcePolicy: () => ({ RevisionId: "1" }) });
    await userEvent.click(await screen.findByRole("button", { name: "Create: Resource policy" }));
    const modal = within(await screen.findByRole("dialog"));
    await userEvent.click(modal.getByRole("textbox", { name: "Policy" }));
    await userEvent.paste("{}");
    await userEvent.click(modal.getByRole("checkbox", { name: /cannot change it afterwards/ }));
    await userEvent.click(modal.getByRole("button", { name: "Save changes" }));
    await expect.poll(() => changes(server)).toHaveLength(1);
    expect(changes(server)[0]?.input).toMatchObject({ ConfirmRemoveSelfResourceAccess: true });
  });

  it("say why there are no replicas", async () => {
    openTab("settings");
    expect(await screen.findByText("No replicas here.")).toBeDefined();
    expect(screen.getByRole("button", { name: "Create replica" })).toHaveProperty("disabled", true);
  });
});
