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
 * @property {Range} [range] the part of the URL's content that is wanted; all of it by default
 * @property {number} [idleMs] how long a connection may stay silent before it is closed
 * @property {number} [attempts] number of consecutive attempts that may fail without a byte
 * @property {number} [pauseMs] before the next attempt
 */

/**
 * @typedef {object} Range
 * @property {number} start
 * @property {number} bytes
 * @property {number} before bytes of earlier ranges, for the progress line
 * @property {number} total bytes of all ranges
 */

/**
 * @param {Download} download
 * @returns {Promise<void>}
 */
export async function fetchFile({ url, file, sha256, range, idleMs = 60_000, attempts = 5, pauseMs = 2000 }) {
  if (existsSync(file) && (await hashOf(file)) === sha256) return;
  const part = `${file}.part`;
  mkdirSync(dirname(file), { recursive: true });
  const resumed = partSize(part) > 0;
  await fetchWhole({ url, part, range, idleMs, attempts, pauseMs });
  let actual = await hashOf(part);
  if (actual !== sha256 && resumed) {
    // The first bytes come from an earlier run and may belong to another file: starts over once.
    say('the hash is wrong; fetching it from the start');
    rmSync(part, { force: true });
    await fetchWhole({ url, part, range, idleMs, attempts, pauseMs });
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

async function fetchWhole({ url, part, range, idleMs, attempts, pauseMs }) {
  let failures = 0;
  for (;;) {
    const before = partSize(part);
    try {
      await fetchOn({ url, part, range, idleMs });
      return;
    } catch (error) {
      if (error instanceof SetupError) throw error;
      // A server that sends some bytes each time completes the download, however often the connection breaks.
      failures = partSize(part) > before ? 0 : failures + 1;
      if (failures >= attempts || isFull(error)) throw giveUp(url, part, error);
      say(`broken off at ${size(partSize(part))} (${reason(error)}); going on from there`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

function isFull(error) {
  return error.code === 'ENOSPC' || error.code === 'EFBIG' || error.code === 'EDQUOT';
}

/** One connection: requests what is missing and appends it to the partial file. */
async function fetchOn({ url, part, range, idleMs }) {
  const have = partSize(part);
  if (range !== undefined && have >= range.bytes) return;
  const [first, last] = [(range?.start ?? 0) + have, range === undefined ? '' : range.start + range.bytes - 1];
  const idle = new AbortController();
  let timer;
  const touch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => idle.abort(new Error(`nothing came for ${idleMs / 1000} s`)), idleMs);
  };
  touch();
  try {
    const headers = have > 0 || range !== undefined ? { range: `bytes=${first}-${last}` } : {};
    const response = await fetch(url, { headers, signal: idle.signal });
    if (response.status === 416) return; // Nothing is missing; the hash decides.
    refuseStatus(url, response.status);
    const isRange = response.status === 206 && startsAt(response, first);
    const kept = isRange ? have : 0;
    const { before = 0, total = Number(response.headers.get('content-length') ?? 0) + kept } = range ?? {};
    // A server without range support sends everything: the bytes before the range are skipped, and those after it are
    // not read.
    const [skip, most] = [isRange ? 0 : (range?.start ?? 0), range === undefined ? Infinity : range.bytes - kept];
    const onBytes = progress(before + kept, total, touch);
    await appendBody({ response, part, append: isRange, skip, most, onBytes });
    if (range !== undefined && partSize(part) < range.bytes) throw new Error('the connection was closed early');
  } finally {
    clearTimeout(timer);
    idle.abort();
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
async function appendBody({ response, part, append, skip, most, onBytes }) {
  const descriptor = openSync(part, append ? 'a' : 'w');
  let [skipped, kept] = [0, 0];
  try {
    for await (const whole of response.body) {
      const piece = whole.subarray(Math.min(whole.length, skip - skipped), skip - skipped + most - kept);
      skipped = Math.min(skip, skipped + whole.length);
      for (let offset = 0; offset < piece.length;) offset += writeSync(descriptor, piece, offset);
      kept += piece.length;
      onBytes(piece.length);
      if (kept >= most) return;
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
    const left = total > 0 && rate > 0 ? `, ${Math.ceil((total - done) / rate)} s left` : '';
    say(`${size(done)}${total > 0 ? ` of ${size(total)}` : ''}, ${size(rate)}/s${left}`);
  };
}

function giveUp(url, part, error) {
  if (isFull(error)) {
    return new SetupError(`The disk of ${dirname(part)} is full (${reason(error)}; ${size(partSize(part))} are kept)`, [
      `free some space there, then: ${SETUP}   (it goes on where it stopped)`,
    ]);
  }
  return new SetupError(`Cannot fetch ${url}: ${reason(error)} (${size(partSize(part))} are kept)`, [
    'run the same command again: it goes on where it stopped',
    'behind a proxy set HTTPS_PROXY; for a mirror ATTUNE_LIBTORCH_MIRROR; for a libtorch you have ATTUNE_LIBTORCH',
  ]);
}

/** fetch's own message is "fetch failed"; that of several refused addresses is empty. */
function reason(error) {
  return error.cause?.message || (error.cause?.code ?? error.message);
}

/** @param {string} file @returns {number} bytes that are there of a file that is complete or not */
export function keptBytes(file) {
  return Math.max(partSize(file), partSize(`${file}.part`));
}

function partSize(part) {
  return existsSync(part) ? statSync(part).size : 0;
}

async function hashOf(file) {
  const hash = createHash('sha256');
  if (existsSync(file)) await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
