import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ComponentType } from "react";
import { describe, expect, it } from "vitest";
import { madeUpServer, type Reply, renderPart, SERVER } from "../../testing/render-app";
import { CreateIndexModal } from "./create-index-modal";
import { EditCapacity } from "./edit-capacity";
import { EditPolicy } from "./edit-policy";
import { EditEncryption, EditStream, EditTableClass, EditTimeToLive } from "./edit-settings";
import { EditTags } from "./edit-tags";
import type { EditorProps } from "./use-save";

const MUSIC = {
  TableName: "Music",
  TableArn: "arn:aws:dynamodb:us-east-1:123456789012:table/Music",
  TableStatus: "ACTIVE" as const,
  BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" as const },
  GlobalSecondaryIndexes: [{ IndexName: "by-genre" }, { IndexName: "by-year" }],
};

/** A server that refuses every change with the same words. */
function open(Editor: ComponentType<EditorProps>, message: string) {
  const refuse = (): Reply => [400, "ValidationException", message];
  const server = madeUpServer({
    admin: { server: { ...SERVER, capabilities: { customer_managed_keys: { available: true } } } },
    operations: {
      DescribeTable: () => ({ Table: MUSIC }),
      DescribeTimeToLive: () => ({ TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } }),
      ListTagsOfResource: () => ({ Tags: [] }),
      GetResourcePolicy: () => [400, "PolicyNotFoundException", "None."],
      UpdateTable: refuse,
      UpdateTimeToLive: refuse,
      TagResource: refuse,
      PutResourcePolicy: refuse,
    },
  });
  renderPart(<Editor table={MUSIC} tableName="Music" onDismiss={() => {}} />);
  return server;
}

const modal = () => within(screen.getByRole("dialog"));
const press = (name: string) => userEvent.click(modal().getByRole("button", { name }));

/** Twice: at the foot, with the request id, and next to the field. */
async function expectAt(control: HTMLElement, message: string) {
  await expect.poll(() => modal().queryAllByText(message, { exact: false })).toHaveLength(2);
  const described = control.getAttribute("aria-describedby")?.split(" ") ?? [];
  const texts = described.map((id) => document.getElementById(id)?.textContent ?? "");
  expect(texts.join(" ")).toContain(message);
}

const isWrong = (control: HTMLElement) => control.getAttribute("aria-invalid") === "true";

describe("a refusal", () => {
  it("is about a field until that is changed, and stays at the foot until the next try", async () => {
    const message = "TimeToLive is active on a different AttributeName: current AttributeName is t";
    open(EditTimeToLive, message);
    const attribute = modal().getByRole("textbox", { name: "Attribute" });
    await userEvent.type(attribute, "expires");
    await press("Turn on");
    await expect.poll(() => isWrong(attribute)).toBe(true);
    await userEvent.type(attribute, "2");
    expect(isWrong(attribute)).toBe(false);
    expect(modal().getAllByText(message)).toHaveLength(1);
    await press("Turn on");
    await expect.poll(() => isWrong(attribute)).toBe(true);
  });

  it("of a policy is not about what was typed since", async () => {
    const message = "Invalid policy document: Statement is missing or empty";
    open(EditPolicy, message);
    const policy = modal().getByRole("textbox", { name: "Policy" });
    await userEvent.click(policy);
    await userEvent.paste("{}");
    await press("Save changes");
    await expect.poll(() => isWrong(policy)).toBe(true);
    await userEvent.type(policy, " ");
    expect(isWrong(policy)).toBe(false);
  });
});

describe("a refusal stands next to the field that it names", () => {
  it("when it is the bound of one of several indexes", async () => {
    const message = "Requested MaxReadRequestUnits for OnDemandThroughput for index by-year is odd";
    open(EditCapacity, message);
    const fields = modal().getAllByRole("textbox", { name: /^Maximum reads/ });
    await userEvent.type(fields[2] as HTMLElement, "7");
    await press("Save changes");
    await expectAt(fields[2] as HTMLElement, message);
  });

  it("when it is warm throughput, which is unfolded then", async () => {
    const message = "Requested ReadUnitsPerSecond for WarmThroughput for table is lower";
    open(EditCapacity, message);
    const [unfold] = modal().getAllByRole("button", { name: /Warm throughput/ });
    await userEvent.click(unfold as HTMLElement);
    const [reads] = modal().getAllByRole("textbox", { name: /^Warm reads/ });
    await userEvent.type(reads as HTMLElement, "7");
    await userEvent.click(unfold as HTMLElement);
    await press("Save changes");
    await expectAt(reads as HTMLElement, message);
    expect((unfold as HTMLElement).getAttribute("aria-expanded")).toBe("true");
  });

  it("when it is the name of a new index", async () => {
    const message =
      "1 validation error detected: Value 'abc' at 'globalSecondaryIndexUpdates.1.member.create." +
      "indexName' failed to satisfy constraint: Member must be odd";
    open(CreateIndexModal, message);
    await userEvent.type(modal().getByRole("textbox", { name: /^Partition key/ }), "Genre");
    const name = modal().getByRole("textbox", { name: "Index name" });
    await userEvent.type(name, "abc");
    await press("Create index");
    await expectAt(name, message);
  });

  it("when it is the attribute of time to live", async () => {
    const message = "TimeToLive is active on a different AttributeName: current AttributeName is t";
    open(EditTimeToLive, message);
    const attribute = modal().getByRole("textbox", { name: "Attribute" });
    await userEvent.type(attribute, "expires");
    await press("Turn on");
    await expectAt(attribute, message);
  });

  it("when it is the key", async () => {
    const message = "KMSMasterKeyId 'mine' names a key that is not there";
    open(EditEncryption, message);
    await expect.poll(() => modal().queryByText("A key that you manage.")).not.toBeNull();
    await userEvent.click(modal().getByRole("radio", { name: /Customer managed key/ }));
    const key = modal().getByRole("textbox", { name: /Key id/ });
    await userEvent.type(key, "mine");
    await press("Save changes");
    await expectAt(key, message);
  });

  it("when it is the policy", async () => {
    const message = "Invalid policy document: Statement is missing or empty";
    open(EditPolicy, message);
    const policy = modal().getByRole("textbox", { name: "Policy" });
    await userEvent.click(policy);
    await userEvent.paste("{}");
    await press("Save changes");
    await expectAt(policy, message);
  });

  it("when it is the class", async () => {
    const words = "TableClass is odd";
    open(EditTableClass, words);
    await userEvent.click(modal().getByRole("radio", { name: /Standard-IA/ }));
    await press("Save changes");
    await expectAt(modal().getByRole("radiogroup"), words);
  });

  it("when it is the stream", async () => {
    const message = "Table already has an enabled stream: TableName: Music";
    open(EditStream, message);
    await press("Turn on");
    await expectAt(modal().getByRole("radiogroup"), message);
  });

  it("when it is a tag", async () => {
    const message = "The Tag Key provided is invalid, Key: x!";
    open(EditTags, message);
    await press("Add new tag");
    await userEvent.type(modal().getByRole("combobox", { name: /Key/ }), "x");
    await press("Save changes");
    await expect.poll(() => modal().queryAllByText(message)).toHaveLength(2);
  });
});
