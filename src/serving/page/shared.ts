/** Style and script shared by the server's pages. */
export const SHARED_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif;
  --line: light-dark(#d5d8de, #3a3f48); --soft: light-dark(#f3f4f7, #22262d);
  --quiet: light-dark(#59606c, #a3aab6); --accent: light-dark(#1d4ed8, #8fb4ff); --bad: light-dark(#b00020, #ff8a9a); }
* { box-sizing: border-box; }
body { margin: 0; display: flex; flex-direction: column; color: CanvasText; background: Canvas; }
header { padding: .6rem max(1rem, 50vw - 30rem); }
header { display: flex; gap: .5rem 1rem; flex-wrap: wrap; align-items: center; border-bottom: 1px solid var(--line); }
h1 { font-size: 1.1rem; margin: 0 auto 0 0; }
header button { font-size: .875rem; }
label { display: flex; gap: .4rem; align-items: center; color: var(--quiet); font-size: .875rem; }
select, input, textarea, button { font: inherit; color: CanvasText; background: Canvas; border: 1px solid var(--line); border-radius: .5rem; }
select, input, textarea, button { padding: .35rem .6rem; }
select { max-width: 14rem; }
button { cursor: pointer; }
button:disabled { opacity: .5; cursor: default; }
button.main { background: light-dark(#1d4ed8, #2f5fd6); border-color: transparent; color: #fff; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.text, .question { white-space: pre-wrap; overflow-wrap: anywhere; }
pre { margin: .3rem 0; padding: .5rem; overflow-x: auto; background: var(--soft); border-radius: .4rem; user-select: all; }
`;

/** Everything from the server is inserted as text, never as markup. A page defines `askForKey`. */
export const SHARED_SCRIPT = String.raw`const at = (id) => document.getElementById(id);
function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className ?? '';
  made.textContent = text ?? '';
  return made;
}

function requestHeaders() {
  const key = at('key').value.trim();
  return { 'content-type': 'application/json', ...(key === '' ? {} : { authorization: 'Bearer ' + key }) };
}

/** @throws Error with the server's message and the request's id */
async function send(path, body, signal) {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(path, { ...init, headers: requestHeaders(), signal }).catch((error) => {
    throw error.name === 'AbortError' ? error : new Error('The server does not answer. Is it still running?');
  });
  if (response.ok) return response;
  const reply = await response.json().catch(() => undefined);
  if (response.status === 401) askForKey();
  const message = reply?.error?.message ?? 'The server answered with status ' + response.status + '.';
  const details = [response.status, reply?.error?.code, response.headers.get('x-request-id')].filter(Boolean);
  throw new Error(message + '\n(' + details.join(', ') + ')');
}

`;
