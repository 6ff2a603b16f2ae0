import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { madeUpServer, type Reply, renderApp, SERVER } from "../testing/render-app";

const ACTIVE = { Table: { TableName: "Music", TableStatus: "ACTIVE" } };

function server(create: () => Reply, admin: Record<string, Reply> = {}) {
  return madeUpServer({
    admin: { "regions/eu-west-1/tables": { tables: [] }, ...admin },
    operations: {
      CreateTable: create,
      DescribeTable: () => ACTIVE,
      UpdateTimeToLive: () => ({}),
      UpdateContinuousBackups: () => ({}),
    },
  });
}

async function openForm() {
  renderApp("/eu-west-1/create-table");
  return screen.findByRole("textbox", { name: "Table name" });
}

async function fillKeys() {
  await userEvent.type(await openForm(), "Music");
  await userEvent.type(
    screen.getByRole("textbox", { name: "Partition key: attribute name" }),
    "Artist",
  );
}

const submit = () => userEvent.click(screen.getByRole("button", { name: "Create table" }));

describe("creating a table", () => {
  it("sends nothing while a field is wrong, and says which", async () => {
    const { calls } = server(() => ({}));
    await openForm();
    await submit();
    expect(await screen.findByText("Enter a name.")).toBeDefined();
    expect(screen.getByText("Enter the name of an attribute.")).toBeDefined();
    const type = screen.getByRole("button", { name: /Partition key: type/ });
    expect(type.getAttribute("aria-invalid")).not.toBe("true");
    expect(calls).toEqual([]);
  });

  it("sends the request to the Region of the page and leads to the list", async () => {
    const { calls } = server(() => ({}));
    await fillKeys();
    await submit();
    expect(await screen.findByText("Created table Music")).toBeDefined();
    expect(calls[0]).toEqual({
      operation: "CreateTable",
      region: "eu-west-1",
      input: {
        TableName: "Music",
        KeySchema: [{ AttributeName: "Artist", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "Artist", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      },
    });
    expect(await screen.findByRole("heading", { level: 1, name: /Tables/ })).toBeDefined();
  });

  it("turns on what a table can only have once it is there", async () => {
    const { calls } = server(() => ({}));
    await fillKeys();
    await userEvent.click(screen.getByRole("radio", { name: /Customize settings/ }));
    await userEvent.click(screen.getByRole("checkbox", { name: /point-in-time recovery/ }));
    await userEvent.type(
      screen.getByRole("textbox", { name: /Time to live attribute/ }),
      "expires",
    );
    await submit();
    expect(await screen.findByText("Created table Music")).toBeDefined();
    await expect
      .poll(() => calls.map(({ operation }) => operation))
      .toEqual(expect.arrayContaining(["UpdateTimeToLive", "UpdateContinuousBackups"]));
  });

  it("takes the recovery periods that the server has", async () => {
    const { calls } = server(() => ({}), {
      server: { ...SERVER, point_in_time: { period_days_min: 2, period_days_max: 90 } },
    });
    await fillKeys();
    await userEvent.click(screen.getByRole("radio", { name: /Customize settings/ }));
    await userEvent.click(screen.getByRole("checkbox", { name: /point-in-time recovery/ }));
    const period = await screen.findByRole("textbox", { name: "Recovery period" });
    expect(await screen.findByText("Days, 2 to 90")).toBeDefined();
    expect(period).toHaveProperty("value", "90");
    await userEvent.clear(period);
    await userEvent.type(period, "91");
    await submit();
    expect(screen.getByText("Enter a whole number from 2 to 90.")).toBeDefined();
    await userEvent.clear(period);
    await userEvent.type(period, "60");
    await submit();
    await expect
      .poll(() => calls.find(({ operation }) => operation === "UpdateContinuousBackups")?.input)
      .toEqual({
        TableName: "Music",
        PointInTimeRecoverySpecification: {
          PointInTimeRecoveryEnabled: true,
          RecoveryPeriodInDays: 60,
        },
      });
  });

  it("shows a refusal whole, with the request id, and next to the field it names", async () => {
    const message = "Table already exists: Music";
    server(() => [400, "ResourceInUseException", message]);
    await fillKeys();
    await submit();
    expect((await screen.findAllByText(message)).length).toBeGreaterThanOrEqual(2);
    expect(screen.getAllByText(/TESTREQUEST/).length).toBeGreaterThan(0);
    expect(screen.getByRole("textbox", { name: "Table name" }).getAttribute("aria-invalid")).toBe(
      "true",
    );
  });

  it("forgets what was said of a table that is another now", async () => {
    const message = "Table already exists: Music";
    const { calls } = server(() => [400, "ResourceInUseException", message]);
    await fillKeys();
    await submit();
    const name = screen.getByRole("textbox", { name: "Table name" });
    await expect.poll(() => name.getAttribute("aria-invalid")).toBe("true");
    await userEvent.type(name, "2");
    expect(name.getAttribute("aria-invalid")).not.toBe("true");
    expect(screen.getAllByText(message).length).toBeGreaterThan(0);

    const key = screen.getByRole("textbox", { name: "Partition key: attribute name" });
    await userEvent.clear(key);
    await submit();
    await expect.poll(() => document.activeElement).toBe(key);
    expect(screen.queryByText(message)).toBeNull();
    expect(calls.filter(({ operation }) => operation === "CreateTable")).toHaveLength(1);
  });

  it("shows a refused capacity and a refused index at their fields", async () => {
    let message = "Given value 99999999999 for WriteCapacityUnits is out of bounds";
    server(() => [400, "ValidationException", message]);
    await fillKeys();
    await userEvent.click(screen.getByRole("radio", { name: /Customize settings/ }));
    await userEvent.click(screen.getByRole("radio", { name: /Provisioned/ }));
    await submit();
    await screen.findAllByText(message);
    const isWrong = (name: RegExp, position = 0) =>
      screen.getAllByRole("textbox", { name })[position]?.getAttribute("aria-invalid") === "true";
    expect(isWrong(/Write capacity/)).toBe(true);
    expect(isWrong(/Read capacity/)).toBe(false);

    await userEvent.click(screen.getByRole("button", { name: "Add global index" }));
    await userEvent.type(
      screen.getAllByRole("textbox", { name: "Partition key: attribute name" })[1] as HTMLElement,
      "Genre",
    );
    await userEvent.type(screen.getByRole("textbox", { name: "Index name" }), "by-genre");
    message = "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: by-genre";
    await submit();
    await screen.findAllByText(message);
    expect(isWrong(/Write capacity/)).toBe(false);
    expect(isWrong(/Write capacity/, 1)).toBe(true);
  });

  it("adds as many indexes as the server lets a table have", async () => {
    madeUpServer({
      admin: { server: { ...SERVER, limits: { global_indexes_max: 2, local_indexes_max: 1 } } },
    });
    await openForm();
    await userEvent.click(screen.getByRole("radio", { name: /Customize settings/ }));
    const add = (kind: string) => screen.getByRole("button", { name: `Add ${kind} index` });
    const isDisabled = (kind: string) => add(kind).getAttribute("aria-disabled") === "true";
    await userEvent.click(add("local"));
    await expect.poll(() => isDisabled("local")).toBe(true);
    await userEvent.click(add("global"));
    expect(isDisabled("global")).toBe(false);
    await userEvent.click(add("global"));
    expect(isDisabled("global")).toBe(true);
  });

  it("offers a customer managed key and replicas only with the server's reason why not", async () => {
    server(() => ({}));
    await openForm();
    await userEvent.click(screen.getByRole("radio", { name: /Customize settings/ }));
    expect(await screen.findByText("No customer keys here.")).toBeDefined();
    expect(screen.getByText("No replicas here.")).toBeDefined();
    expect(screen.getByRole("radio", { name: /Customer managed key/ })).toHaveProperty(
      "disabled",
      true,
    );
  });
});
