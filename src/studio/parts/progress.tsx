import { SameIn } from './code.tsx';
import { Fault } from './fault.tsx';
import type { LiveCall } from './use-call.ts';

interface CalledOptions {
  call: LiveCall<unknown>;
  /** Label while the call runs. */
  label: string;
  hasSame?: boolean;
}

/** Progress and failure of a call, and on request the command and the program that do the same. */
export function Called({ call, label, hasSame = false }: CalledOptions) {
  return (
    <>
      <Progress call={call} label={label} />
      {call.failure && <Fault failure={call.failure} />}
      {hasSame && call.state && <SameIn {...call.state} />}
    </>
  );
}

/** Progress of a call, with a way to stop it. */
export function Progress({ call, label }: CalledOptions) {
  if (!call.isRunning) return null;
  return (
    <div class="waiting">
      <progress aria-label={label} value={call.share} max={1} />
      <p role="status">
        {label}
        {call.progress !== undefined && <span class="soft">: {call.progress}</span>}
        {call.isAway && <span class="warn"> The studio does not answer; trying again.</span>}
      </p>
      <button type="button" class="quiet" onClick={() => call.stop()}>
        Stop
      </button>
    </div>
  );
}
