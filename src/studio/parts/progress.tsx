import type { LiveCall } from './use-call.ts';

/** Progress of a call, with a way to stop it. */
export function Progress({ call, label }: { call: LiveCall<unknown>; label: string }) {
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
