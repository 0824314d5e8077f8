// Migrates a PostgreSQL database and a PGlite once, so that each test file copies a ready one.
import { writeFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { serveEmbedded } from '../../src/db/embedded.js';
import { openPostgres } from '../../src/db/postgres.js';

const { TEST_SERVER_URL = '', TEST_TEMPLATE = '', TEST_IMAGE = '' } = process.env;

const server = new pg.Client(TEST_SERVER_URL);
await server.connect();
await server.query(`CREATE DATABASE ${TEST_TEMPLATE}`);
await server.end();
const url = new URL(TEST_SERVER_URL);
url.pathname = TEST_TEMPLATE;
await (await openPostgres(url.href, 2)).close();

const pglite = await PGlite.create();
await serveEmbedded(pglite);
await writeFile(TEST_IMAGE, Buffer.from(await (await pglite.dumpDataDir('none')).arrayBuffer()));
await pglite.close();
