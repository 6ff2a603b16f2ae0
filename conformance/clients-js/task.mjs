// What the tasks share: the endpoint and table prefix from the command line, and the end of a task.
//
//     node TASK.mjs http://localhost:8000 PREFIX
//
// A task creates tables whose names begin with PREFIX, asserts what its client tells it, and prints
// as its last line the JSON that the suite goes on with. It leaves the tables: the suite compares
// their items with what it expects, and drops them.

const [endpoint, prefix] = process.argv.slice(2);
if (!endpoint || !prefix) {
  console.error("usage: node TASK.mjs ENDPOINT PREFIX");
  process.exit(2);
}

export { prefix };

// How any client of version 3 of the SDK is pointed at an endpoint.
export const configuration = {
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "anywhen", secretAccessKey: "anywhen" },
};

export function done(result = {}) {
  console.log(JSON.stringify(result));
}
