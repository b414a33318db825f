import type { Failure } from '../client.ts';

const MOST_PROBLEMS = 20;

/** An error: what failed, what was got, what to do, all problems. */
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
      {problems.length > 0 && (
        <ul>
          {problems.slice(0, MOST_PROBLEMS).map(({ file, line, field, message, fix: advice }, at) => (
            <li key={at}>
              <span class="place">
                {[file, line !== undefined && `line ${line}`, field].filter(Boolean).join(', ')}
              </span>{' '}
              {message}
              {advice !== undefined && <span class="soft"> ({advice})</span>}
            </li>
          ))}
          {problemCount > MOST_PROBLEMS && <li>and {problemCount - MOST_PROBLEMS} more</li>}
        </ul>
      )}
      {code !== undefined && <p class="soft small">{code}</p>}
    </section>
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
