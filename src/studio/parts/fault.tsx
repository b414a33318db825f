import { formatCount } from '../../base/format.ts';
import type { Failure, Problem } from '../client.ts';

const MOST_PROBLEMS = 20;

/** An error: what failed, the value found, advice, and all problems. */
export function Fault({ failure }: { failure: Failure }) {
  const { what, got, expected, fix, problems = [], problemCount = problems.length, code } = failure;
  return (
    <section class="fault" role="alert">
      <h2>{what}</h2>
      <dl>
        {got !== undefined && <Part name="Got" text={got} />}
        {expected !== undefined && <Part name="Expected" text={expected} />}
        {fix !== undefined && <Part name="What to do" text={fix} />}
      </dl>
      <Problems problems={problems} count={problemCount} />
      {code !== undefined && <p class="soft small">{code}</p>}
    </section>
  );
}

/** Defects with their locations; those beyond `MOST_PROBLEMS` are only counted. */
export function Problems({ problems, count = problems.length }: { problems: readonly Problem[]; count?: number }) {
  if (problems.length === 0) return null;
  return (
    <ul>
      {problems.slice(0, MOST_PROBLEMS).map(({ file, line, field, message, fix }, at) => (
        <li key={at}>
          <span class="place">{[file, line !== undefined && `line ${line}`, field].filter(Boolean).join(', ')}</span>{' '}
          {message}
          {fix !== undefined && <span class="soft"> ({fix})</span>}
        </li>
      ))}
      {count > MOST_PROBLEMS && <li>and {formatCount(count - MOST_PROBLEMS)} more</li>}
    </ul>
  );
}

function Part({ name, text }: { name: string; text: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </>
  );
}
