/** Renders every bomb and prints, as JSON, the outcome and processor time in milliseconds of each. */
import { JinjaTemplate } from '../src/index.ts';
import { bombs } from './bombs.ts';

const results = Object.entries(bombs).map(([name, source]) => {
  const before = process.cpuUsage();
  let outcome: string;
  try {
    outcome = `rendered ${new JinjaTemplate(source).render({ x: 1 }, { now: new Date(0) }).length} characters`;
  } catch (error) {
    outcome = (error as Error).constructor.name;
  }
  const { user, system } = process.cpuUsage(before);
  return { name, outcome, milliseconds: (user + system) / 1000 };
});
process.stdout.write(JSON.stringify(results));
