import { useEffect, useState } from 'preact/hooks';
import { formatTime, plural } from '../../base/format.ts';
import type { AlarmGroup } from '../../monitoring/index.ts';
import { Action } from './actions.tsx';
import { ServedAnswers } from './served-answers.tsx';

/** An open alarm: its examples, and a way to silence it. */
export function OpenAlarm({ alarm, onChange }: { alarm: AlarmGroup; onChange(): void }) {
  const { id, model, message, cause, action, openedAt, silenced, samples, signals, alarms } = alarm;
  const [part, choose] = useState<'examples' | 'silence'>();
  useEffect(() => choose(undefined), [silenced]);
  const toggle = (one: 'examples' | 'silence') => choose(part === one ? undefined : one);
  return (
    <section aria-label={`Alarm of ${model}`}>
      <h2>
        {silenced === undefined ? '▲' : '△'} {model}: {message}
      </h2>
      {alarms.length > 1 && (
        <ul>
          {alarms.map((one) => (
            <li key={one.id}>{one.message}</li>
          ))}
        </ul>
      )}
      <p>
        Likely cause: {cause}. {action}
      </p>
      <p class="soft small">
        {signals.join(', ')}, open since {formatTime(openedAt)}
        {silenced !== undefined && `; silenced: ${silenced}`}
      </p>
      <div class="row">
        {samples.length > 0 && (
          <button type="button" aria-expanded={part === 'examples'} onClick={() => toggle('examples')}>
            {plural(samples.length, 'examples')}
          </button>
        )}
        {silenced === undefined && (
          <button type="button" class="quiet" aria-expanded={part === 'silence'} onClick={() => toggle('silence')}>
            Silence it
          </button>
        )}
      </div>
      {part === 'examples' && <ServedAnswers input={{ alarm: id }} />}
      {part === 'silence' && (
        <Action
          name="monitor"
          given={{ target: model, silence: signals[0] }}
          only={['silence', 'reason']}
          button="Silence"
          isPart
          onResult={onChange}
        />
      )}
    </section>
  );
}
