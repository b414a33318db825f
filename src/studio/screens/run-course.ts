import type { RunEvent, StampedEvent } from '../../base/events.ts';
import type { Line } from '../parts/chart.tsx';
import type { Latest } from '../parts/use-call.ts';

/** A run as its events tell it. */
export interface Course {
  latest: Latest;
  loss: readonly (readonly [number, number])[];
  validation: readonly (readonly [number, number])[];
  reward: readonly (readonly [number, number])[];
  warnings: readonly string[];
  isRunning: boolean;
}

export const BEGINNING: Course = { latest: {}, loss: [], validation: [], reward: [], warnings: [], isRunning: true };

/** Beyond this a chart shows every second, third, … step. */
const MOST_POINTS = 4000;

export function further(course: Course, events: readonly StampedEvent[], isRunning: boolean): Course {
  const of = <Type extends RunEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<StampedEvent, { type: Type }> => event.type === type);
  const steps = of('step-finished');
  const points = (value: (event: (typeof steps)[number]) => number | undefined | null) =>
    steps.flatMap((event) => {
      const found = value(event);
      return found === undefined || found === null ? [] : [[event.step, found] as const];
    });
  const validation = of('evaluation-finished').flatMap(({ split, step, metrics }) =>
    split === 'validation' && metrics.loss !== undefined ? [[step, metrics.loss] as const] : [],
  );
  const warnings = of('warning-raised').map(({ message }) => message);
  return {
    latest: { ...course.latest, ...Object.fromEntries(events.map((event) => [event.type, event])) },
    loss: joined(
      course.loss,
      points(({ loss }) => loss),
    ),
    validation: joined(course.validation, validation),
    reward: joined(
      course.reward,
      points(({ metrics }) => metrics.reward),
    ),
    warnings: [...new Set([...course.warnings, ...warnings])],
    isRunning,
  };
}

/** A resumed run takes steps again: the newest value of a step counts. */
function joined(before: Course['loss'], more: Course['loss']): Course['loss'] {
  if (more.length === 0) return before;
  const [first] = more[0];
  return [...before.filter(([step]) => step < first), ...more];
}

function thinned(points: Course['loss']): Course['loss'] {
  const every = Math.ceil(points.length / MOST_POINTS);
  return every <= 1 ? points : points.filter((_, at) => at % every === 0 || at === points.length - 1);
}

export function linesOf({ loss, validation }: Course): Line[] {
  return [
    { name: 'training rows', points: thinned(loss) },
    { name: 'validation rows', points: validation, isSparse: true },
  ];
}
