/**
 * Downloads one large file: resumes after an interruption, gives up on stalled connections, and keeps the file only if
 * the hash matches.
 */
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
 * @property {string} file target path; `${file}.part` until it is complete
 * @property {string} sha256
 * @property {number} [idleMs] how long a connection may stay silent before it is closed
 * @property {number} [attempts] number of consecutive attempts that may fail without a byte
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
    // The first bytes come from an earlier run and may belong to another file: starts over once.
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
      // A server that sends some bytes each time completes the download, however often the connection breaks.
      failures = partSize(part) > before ? 0 : failures + 1;
      if (failures >= attempts || error.code === 'ENOSPC') throw giveUp(url, part, error);
      say(`broken off at ${size(partSize(part))} (${reason(error)}); going on from there`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** One connection: requests the missing range and appends it to the partial file. */
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

/** A server that answers with a range other than the requested one would leave a gap. */
function startsAt(response, offset) {
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (Number(start) !== offset) throw new Error(`asked for byte ${offset}, got ${start}`);
  return true;
}

/** Each chunk is written at once: everything received before a connection broke is kept. */
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

/** Resets the idle timer, and reports progress every few seconds. */
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
