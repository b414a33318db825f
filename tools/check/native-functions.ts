/** Finds the functions of a C++ file and their lengths. It matches braces and does not parse the language. */

export interface NativeFunction {
  name: string;
  /** 1-based line where the signature begins. */
  line: number;
  /** Lines of code from the signature to the closing brace, without blank lines and lines with only a comment. */
  codeLines: number;
}

type Scope = 'container' | 'function' | 'block';

const CONTROL = /^(?:if|for|while|switch|catch|do|else|try|return)\b/;
const CONTAINER = /(?:^|\s)(?:namespace|struct|class|union|enum|extern)\b/;

export function findFunctions(text: string): NativeFunction[] {
  const code = withoutStringsAndComments(text);
  const hasCode = code.split('\n').map((line) => line.trim() !== '');
  const found: NativeFunction[] = [];
  const open: { scope: Scope; name: string; line: number }[] = [];
  let head = '';
  let line = 1;
  let headLine = 1;
  for (const character of code) {
    if (character === '{') {
      const inside = open.some(({ scope }) => scope === 'function');
      open.push({ scope: inside ? 'block' : scopeOf(head), name: nameOf(head), line: headLine });
    } else if (character === '}') {
      const closed = open.pop();
      if (closed?.scope === 'function') {
        const codeLines = hasCode.slice(closed.line - 1, line).filter(Boolean).length;
        found.push({ name: closed.name, line: closed.line, codeLines });
      }
    }
    if (character === '\n') line++;
    if ('{};'.includes(character)) head = '';
    else if (head.trim() === '' && character.trim() !== '') [head, headLine] = [character, line];
    else head += character;
  }
  return found;
}

/** What a brace opens, judged by the text since the last statement. */
function scopeOf(head: string): Scope {
  const trimmed = head.trim().replace(/^(?:#[^\n]*\n\s*)+/, '');
  const signature = /\)\s*(?:const|noexcept|override|final|mutable|->\s*[\w:<>,&*\s]+|:[^;]*)*\s*$/;
  if (signature.test(trimmed) && !CONTROL.test(trimmed) && !/=\s*$/.test(trimmed)) return 'function';
  return CONTAINER.test(trimmed) ? 'container' : 'block';
}

function nameOf(head: string): string {
  return /([\w:~]+(?:operator\W{1,3})?)\s*\(/.exec(head)?.[1] ?? 'a function';
}

/** The same text with strings, characters and comments blanked out; lines keep their numbers. */
function withoutStringsAndComments(text: string): string {
  const tokens = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|R"\(([\s\S]*?)\)"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'/g;
  return text.replace(tokens, (token) => {
    const isComment = token.startsWith('/');
    return isComment ? token.replaceAll(/[^\n]/g, ' ') : token.replaceAll(/[^\n]/g, '0');
  });
}
