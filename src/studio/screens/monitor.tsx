import { useEffect } from 'preact/hooks';
import { versionPart } from '../../app/monitor/version-part.ts';
import type { Monitored } from '../../app/use-cases/monitor.ts';
import { Drawn } from '../parts/drawn.tsx';
import { Called } from '../parts/progress.tsx';
import { SameIn } from '../parts/code.tsx';
import { useCall } from '../parts/use-call.ts';
import { OpenAlarm } from './alarm.tsx';
import { Improvement } from './improvement.tsx';
import { ServedAnswers } from './served-answers.tsx';
import { Tools } from './tools.tsx';

/** Traffic of each served version, changes and alarms; feedback and its effect on the next version. */
export function Monitor() {
  const call = useCall<Monitored>('monitor');
  const renew = () => call.start({});
  useEffect(renew, []);
  const versions = call.result?.versions;
  return (
    <>
      <h1 tabIndex={-1}>Models in use</h1>
      <Called call={call} label="Reading what was served" />
      {versions?.length === 0 && (
        <p class="soft">Nothing has been served yet. Open a finished run and press “Serve it”.</p>
      )}
      {versions
        ?.flatMap(({ alarms }) => alarms)
        .filter(({ resolvedAt }) => resolvedAt === undefined)
        .map((alarm) => (
          <OpenAlarm key={alarm.id} alarm={alarm} onChange={renew} />
        ))}
      {versions?.map((report) => (
        <Drawn key={`${report.model} ${report.version}`} text={versionPart(report, { hasOpenAlarms: false }).text} />
      ))}
      {versions !== undefined && versions.length > 0 && (
        <section>
          <h2>Answers</h2>
          <ServedAnswers input={{ unrated: true }} />
        </section>
      )}
      <Improvement />
      {call.state && <SameIn {...call.state} />}
      <Tools
        title="More"
        tools={{
          'answers list': { note: 'search the served answers' },
          monitor: { note: 'a page to forward, rules for Prometheus' },
          usage: { note: 'requests and tokens by key' },
        }}
      />
    </>
  );
}
