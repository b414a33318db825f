/** Sign-offs: a hash chain of records, each with the hashes of the files seen. */
import { existsSync } from 'node:fs';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { table } from '../../base/table.ts';
import { appendLink, readChain, type Link } from './chain.ts';
import { reviewPlaces } from './places.ts';
import { isFolder } from '../../files/find-files.ts';
import { sha256StartSync } from '../../files/hash.ts';
import { resultFiles } from '../../store/result-files.ts';
import { seenFiles, sizeOf, type SeenFile } from './seen-files.ts';

export interface SignOff extends Link {
  by: string;
  decision: 'approve' | 'reject';
  reason: string;
  /** By name: length and hash of each file at that time. */
  seen: Record<string, SeenFile>;
}

export interface SignOffCheck {
  file: string;
  signOffs: readonly SignOff[];
  /** Differences from the signed state. */
  problems: readonly Problem[];
  /** Whether the log of choices has grown since the last record. */
  hasNewChoices: boolean;
}

const LOG = 'review';

/** Appends a sign-off for the current files. @throws AttuneError E_SIGN_OFFS_CHANGED if the file was changed */
export function signOff(target: string, given: Pick<SignOff, 'by' | 'decision' | 'reason'>): SignOff {
  const places = reviewPlaces(target);
  const seen = seenFiles({ ...places.evidence, [LOG]: places.log });
  if (Object.keys(seen).length === 0) {
    throw new AttuneError('E_NOTHING_TO_SIGN', {
      what: `${target} contains nothing to approve`,
      expected: 'a file of pairs, or the folder of a run or comparison',
    });
  }
  const { records, problems } = readSignOffs(places.signOffs);
  if (problems.length > 0) throw changed(places.signOffs, problems);
  return appendLink(places.signOffs, records, { ...given, seen });
}

/** Checks that every record, and everything that the last one covers, is unchanged. */
export function checkSignOffs(target: string): SignOffCheck {
  const places = reviewPlaces(target);
  const { records: signOffs, problems } = readSignOffs(places.signOffs);
  const last = signOffs.at(-1);
  const paths: Record<string, string> = table({ ...places.evidence, [LOG]: places.log });
  const evidence = Object.entries(last?.seen ?? {}).flatMap(([name, seen]) => faultOf(name, paths[name], seen));
  const results = last !== undefined && isFolder(target) ? Object.entries(resultFiles(target)) : [];
  for (const [name, file] of results)
    if (!Object.hasOwn(last?.seen ?? {}, name)) evidence.push({ file, message: 'was missing when it was signed' });
  const hasNewChoices = last !== undefined && sizeOf(places.log) > (last.seen[LOG]?.bytes ?? 0);
  return { file: places.signOffs, signOffs, problems: [...problems, ...evidence], hasNewChoices };
}

export function changed(file: string, problems: readonly Problem[]): AttuneError {
  return new AttuneError('E_SIGN_OFFS_CHANGED', {
    what: `Files have changed since they were signed in ${file}`,
    problems,
    fix: 'restore the files from a copy; or move the sign-offs away and have the result signed again',
    exitCode: 3,
  });
}

function readSignOffs(file: string) {
  const isBody = ({ seen }: Partial<SignOff>) => typeof seen === 'object' && seen !== null;
  return readChain<SignOff>(file, { isBody, what: 'sign-off' });
}

function faultOf(name: string, path: string | undefined, { bytes, sha256: signed }: SeenFile): Problem[] {
  if (path === undefined) return [{ message: `${name} was signed and is now missing` }];
  const size = sizeOf(path);
  if (!existsSync(path)) return [{ file: path, message: 'is missing' }];
  if (size < bytes) return [{ file: path, message: `has ${size} bytes, fewer than the ${bytes} bytes signed` }];
  // Only the log may grow, by further choices.
  if (name !== LOG && size > bytes)
    return [{ file: path, message: `has ${size} bytes, but ${bytes} bytes were signed` }];
  return sha256StartSync(path, bytes) === signed ? [] : [{ file: path, message: 'differs from what was signed' }];
}
