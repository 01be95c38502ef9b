// PouchDB's server as a peer of `cargo xtask bench --peers`: `node server.mjs FOLDER`.
//
// express-pouchdb over HTTPS, every database in LevelDB in that folder, which holds
// `certificate.pem` and `key.pem`. Prints its port and goes on until it is killed.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import path from 'node:path';
import express from 'express';
import expressPouchDB from 'express-pouchdb';
import PouchDB from 'pouchdb';

const folder = process.argv[2];
const file = (name) => readFileSync(path.join(folder, name));

// The parts that replication needs: no sessions, no log, no validation.
const app = express();
app.use(
  expressPouchDB(PouchDB.defaults({ prefix: folder + path.sep }), {
    mode: 'minimumForPouchDB',
    inMemoryConfig: true,
  }),
);

const server = createServer({ cert: file('certificate.pem'), key: file('key.pem') }, app);
// Node itself sets TCP_NODELAY.
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
