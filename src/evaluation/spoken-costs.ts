import { classTitle } from '../scoring/metrics/class-title.ts';

/** Costs of errors by label: of a missed row, and of a false alarm. */
export type Costs = Readonly<Record<string, { missed: number; false_alarm: number }>>;

/**
 * Converts costs to actual labels if they use a readable name: `fraud` or `is_fraud` for value 1 of a column is_fraud.
 * Unknown names stay as they are.
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
