// A device with PouchDB as a peer of `cargo xtask bench --peers`:
// `node device.mjs BATCH URL`, BATCH being the documents of one request.
//
// A database in LevelDB in the folder where it is started, and one at the server.
// Does what each line of the standard input says; ../README.md has the commands.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import PouchDB from 'pouchdb';

const batchSize = Number(process.argv[2]);
/** Documents of one save when the device is filled; nobody measures that. */
const FILL = 500;

const local = new PouchDB('device');
const remote = new PouchDB(`${process.argv[3]}/referrals`);

/** Keeps each document of a file: an id, a blank and JSON to a line. */
async function fill(file) {
  let count = 0;
  let batch = [];
  const keep = async () => {
    const kept = await local.bulkDocs(batch);
    const failed = kept.find((result) => result.error);
    if (failed) throw new Error(`${failed.id}: ${failed.message}`);
    count += kept.length;
    batch = [];
  };
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const blank = line.indexOf(' ');
    batch.push({ ...JSON.parse(line.slice(blank + 1)), _id: line.slice(0, blank) });
    if (batch.length === FILL) await keep();
  }
  await keep();
  return count;
}

/** Replicates once from one database to the other, until nothing is left. */
async function replicate(source, target) {
  const result = await PouchDB.replicate(source, target, { live: false, batch_size: batchSize });
  if (!result.ok || result.doc_write_failures > 0) throw new Error(JSON.stringify(result));
  return result.docs_written;
}

const commands = {
  fill,
  push: () => replicate(local, remote),
  pull: () => replicate(remote, local),
  read: async () => (await local.allDocs({ include_docs: true })).rows.length,
};

async function obey(line) {
  const [name, ...rest] = line.split(' ');
  try {
    return { count: await commands[name](rest.join(' ')) };
  } catch (error) {
    return { error: `${line}: ${error.message ?? error}` };
  }
}

// Makes the database at the server, so that no transfer has to.
await remote.info();
console.log(JSON.stringify({ count: 0 }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await obey(line)));
}
