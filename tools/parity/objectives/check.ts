import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { aten, backward, scope, Tensor } from '../../../src/engine/tensor/index.ts';
import { difference } from '../compare.ts';
import type { FolderReport } from '../report.ts';
import { readGroup, type CaseResult, type Group, type ReferenceCase } from './group.ts';
import { groups } from './groups.ts';

/** Relative: of the value for losses, of the largest entry for gradients. */
const TOLERANCE = 1e-5;
/** Losses that are differences of terms near 1 have the rounding error of f32 at 1. */
const ROUNDING = 1e-7;

/** Whether a folder contains values of objectives rather than a model. */
export function holdsObjectives(folder: string): boolean {
  return !existsSync(join(folder, 'config.json')) && Object.keys(groups).some((name) => hasGroup(folder, name));
}

function hasGroup(folder: string, name: string): boolean {
  return existsSync(join(folder, `${name}.json`));
}

/**
 * Compares losses and gradients of all groups of a folder with the reference's; groups that attune does not compute are
 * listed.
 */
export function checkObjectives(folder: string, report: FolderReport): void {
  report.model_type = 'objectives';
  const found = readdirSync(folder).filter((file) => file.endsWith('.json'));
  for (const name of found.map((file) => file.slice(0, -'.json'.length)).toSorted()) {
    const definition = groups[name];
    if (definition === undefined) {
      (report.notBuilt ??= []).push(name);
      continue;
    }
    scope(() => {
      const group = readGroup(folder, name, definition.files);
      for (const one of Object.keys(group.cases)) checkCase(group, one, report);
    });
  }
}

function checkCase(group: Group, name: string, report: FolderReport): void {
  const title = `${group.name}/${name}`;
  try {
    scope(() => {
      const result = groups[group.name].run(group, name);
      if ('skipped' in result) {
        (report.otherVersions ??= []).push(`${title}: ${result.skipped}`);
        return;
      }
      backward([result.loss]);
      compareNumbers(title, result, { reference: group.cases[name], report });
      compareTensors(name, result, { group, report });
    });
  } catch (error) {
    report.problems.push(`${title}: ${(error as Error).message}`);
  }
}

function compareNumbers(
  title: string,
  { loss, numbers = {} }: CaseResult,
  { reference, report }: { reference: ReferenceCase; report: FolderReport },
): void {
  for (const [name, value] of Object.entries({ loss, ...numbers })) {
    const wanted = flat(reference.metrics?.[name] ?? reference[name]);
    const got = value instanceof Tensor ? value.detach().toNumbers() : [value];
    const errors = wanted.map((number, i) => Math.abs(got[i] - number));
    const maxAbs = Math.max(...errors);
    report.outputs.push({
      name: `${title} ${name}`,
      maxAbs: Number.isNaN(maxAbs) ? null : maxAbs,
      compared: wanted.length,
    });
    const scale = Math.max(...wanted.map(Math.abs), name === 'loss' ? 0 : 1e-2);
    if (got.length === wanted.length && maxAbs <= Math.max(TOLERANCE * scale, ROUNDING)) continue;
    report.problems.push(`${title}: ${name} is ${got.join(', ')}, the reference's ${wanted.join(', ')}`);
  }
}

function flat(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap(flat) : [Number(value)];
}

function compareTensors(
  name: string,
  result: CaseResult,
  { group, report }: { group: Group; report: FolderReport },
): void {
  const tensors = result.tensors();
  for (const [key, wanted] of group.outputs) {
    // A group with a single case needs no name in front of it.
    const part = key.startsWith(`${name}.`) ? key.slice(name.length + 1) : key;
    if (part === key && key !== 'grad') continue;
    const isGradient = part === 'table_grad' || part.startsWith('grad') || group.inputs.has(part);
    if (!isGradient && !(part in tensors)) continue;
    const title = `${group.name}/${key}`;
    const got = tensors[part];
    if (got === undefined) {
      report.problems.push(`${title} is not compared: it got no gradient`);
      continue;
    }
    const largest = aten.amax.default(aten.abs.default(wanted.to('f32'))).item();
    const { maxAbs, compared } = difference(got.detach(), wanted);
    report.outputs.push({ name: title, maxAbs: Number.isFinite(maxAbs) ? maxAbs : null, compared });
    if (!(maxAbs <= TOLERANCE * Math.max(largest, 1e-2)))
      report.problems.push(`${title} differs by ${maxAbs.toExponential(2)}`);
  }
}
