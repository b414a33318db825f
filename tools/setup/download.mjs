/** Fetches one large file: goes on where it broke off, survives a server that stalls, keeps it only if the hash is right. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SETUP, SetupError, say, size } from './report.mjs';

/**
 * @typedef {object} Download
 * @property {string} url
 * @property {string} file where it goes; `${file}.part` while it is not whole
 * @property {string} sha256
 * @property {number} [idleMs] how long the server may send nothing before the connection is given up
 * @property {number} [attempts] how often in a row it may fail without a byte
 * @property {number} [pauseMs] before the next attempt
 */

/**
 * @param {Download} download
 * @returns {Promise<void>}
 */
export async function fetchFile({ url, file, sha256, idleMs = 60_000, attempts = 5, pauseMs = 2000 }) {
  const part = `${file}.part`;
  mkdirSync(dirname(file), { recursive: true });
  const resumed = partSize(part) > 0;
  await fetchWhole({ url, part, idleMs, attempts, pauseMs });
  let actual = await hashOf(part);
  if (actual !== sha256 && resumed) {
    // The first bytes are of an earlier run and may be of another file: once more from the start.
    say('the hash is wrong; fetching it from the start');
    rmSync(part, { force: true });
    await fetchWhole({ url, part, idleMs, attempts, pauseMs });
    actual = await hashOf(part);
  }
  if (actual !== sha256) {
    rmSync(part, { force: true });
    throw new SetupError(`${url} has SHA-256 ${actual}, not ${sha256}: it was thrown away`, [
      `try again, or another mirror: ATTUNE_LIBTORCH_MIRROR=https://… ${SETUP}`,
    ]);
  }
  renameSync(part, file);
}

async function fetchWhole({ url, part, idleMs, attempts, pauseMs }) {
  let failures = 0;
  for (;;) {
    const before = partSize(part);
    try {
      await fetchOn({ url, part, idleMs });
      return;
    } catch (error) {
      if (error instanceof SetupError) throw error;
      // Whoever sends some bytes each time gets through in the end, however often it breaks off.
      failures = partSize(part) > before ? 0 : failures + 1;
      if (failures >= attempts || error.code === 'ENOSPC') throw giveUp(url, part, error);
      say(`broken off at ${size(partSize(part))} (${reason(error)}); going on from there`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** One connection: asks for what is missing and adds it to the part. */
async function fetchOn({ url, part, idleMs }) {
  const have = partSize(part);
  const idle = new AbortController();
  let timer;
  const touch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => idle.abort(new Error(`nothing came for ${idleMs / 1000} s`)), idleMs);
  };
  touch();
  try {
    const headers = have > 0 ? { range: `bytes=${have}-` } : {};
    const response = await fetch(url, { headers, signal: idle.signal });
    if (response.status === 416) return; // Nothing is missing; the hash decides.
    refuseStatus(url, response.status);
    const append = response.status === 206 && startsAt(response, have);
    const total = Number(response.headers.get('content-length') ?? 0) + (append ? have : 0);
    await appendBody({ response, part, append, onBytes: progress(append ? have : 0, total, touch) });
  } finally {
    clearTimeout(timer);
  }
}

function refuseStatus(url, status) {
  if (status === 200 || status === 206) return;
  if (status >= 500 || status === 429 || status === 408) throw new Error(`HTTP ${status}`);
  throw new SetupError(`${url} answers ${status}`, [
    'check ATTUNE_LIBTORCH_MIRROR, or name a libtorch: ATTUNE_LIBTORCH=/folder',
  ]);
}

/** A server that answers with another range than was asked for would leave a hole. */
function startsAt(response, offset) {
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (Number(start) !== offset) throw new Error(`asked for byte ${offset}, got ${start}`);
  return true;
}

/** Each piece is written as it comes: what a broken connection brought is kept to the last byte. */
async function appendBody({ response, part, append, onBytes }) {
  const descriptor = openSync(part, append ? 'a' : 'w');
  try {
    for await (const piece of response.body) {
      for (let offset = 0; offset < piece.length;) offset += writeSync(descriptor, piece, offset);
      onBytes(piece.length);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Keeps the connection alive, and says every few seconds how far it is. */
function progress(start, total, touch) {
  let done = start;
  const begun = Date.now();
  let said = begun;
  return (count) => {
    done += count;
    touch();
    if (Date.now() - said < 5000) return;
    said = Date.now();
    const rate = (done - start) / ((said - begun) / 1000);
    say(`${size(done)}${total > 0 ? ` of ${size(total)}` : ''}, ${size(rate)}/s`);
  };
}

function giveUp(url, part, error) {
  return new SetupError(`Cannot fetch ${url}: ${reason(error)} (${size(partSize(part))} are kept)`, [
    'run the same command again: it goes on where it stopped',
    'behind a proxy set HTTPS_PROXY; for a mirror ATTUNE_LIBTORCH_MIRROR; for a libtorch you have ATTUNE_LIBTORCH',
  ]);
}

function reason(error) {
  return error.cause?.code ?? error.cause?.message ?? error.message;
}

function partSize(part) {
  return existsSync(part) ? statSync(part).size : 0;
}

async function hashOf(file) {
  const hash = createHash('sha256');
  if (existsSync(file)) await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
