import { classTitle } from '../scoring/metrics/class-title.ts';

/** Cost of a wrong answer: of missing a row of the label, and of a false alarm. */
export type Costs = Readonly<Record<string, { missed: number; false_alarm: number }>>;

/**
 * Costs by the labels that rows have, where they were given by the name that people read: `fraud` or `is_fraud` for the
 * 1 of a column is_fraud. Names of no label stay as they are.
 */
export function costsByLabel(costs: Costs, labels: readonly string[], column?: string): Costs {
  const byLabel = Object.entries(costs).map(([name, cost]) => [labelOf(name, labels, column), cost] as const);
  return new Set(byLabel.map(([label]) => label)).size < byLabel.length ? costs : Object.fromEntries(byLabel);
}

function labelOf(name: string, labels: readonly string[], column?: string): string {
  if (column === undefined || labels.includes(name)) return name;
  const yes = labels.find((label) => /^(1|true|yes|y)$/i.test(label));
  if (yes !== undefined && name === column) return yes;
  return labels.find((label) => classTitle(label, column).toLowerCase() === name.toLowerCase()) ?? name;
}
