import { useEffect } from 'preact/hooks';
import { Fault } from '../parts/fault.tsx';
import { useCall } from '../parts/use-call.ts';
import { Tools } from './tools.tsx';

/** From a result to the version that answers under a name, and back. */
export function Deploy({ run = '' }: { run?: string }) {
  const list = useCall<unknown>('models list');
  useEffect(() => list.start({}), []);
  return (
    <>
      <h1 tabIndex={-1}>Deploy</h1>
      {run !== '' && <p class="lead">{run}</p>}
      <section>
        <h2>Registered models</h2>
        {list.failure && <Fault failure={list.failure} />}
        {list.state?.text !== undefined && <pre tabIndex={0}>{list.state.text}</pre>}
      </section>
      <Tools
        title="Steps"
        tools={{
          gate: { note: 'whether it may be used, by the recipe’s rules', given: { run } },
          'models register': { note: 'as the next version of a name', given: { target: run } },
          'models promote': { note: 'make it the champion: at once, after a shadow trial, or as a canary' },
          'models rollback': { note: 'end a trial, or go back to the version before' },
          'models history': { note: 'who changed what, and why' },
          export: { note: 'one folder, GGUF for llama.cpp and Ollama, or vLLM', given: { target: run } },
          serve: { note: 'answer programs of this machine or of a network' },
          'keys create': { note: 'a key for a program or a person' },
        }}
      />
    </>
  );
}
