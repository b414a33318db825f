import { Code } from './code.tsx';

interface ProgramsOptions {
  address: string;
  body: object;
  /** Whether the server asks for a key, which programs read from a variable. */
  hasKey?: boolean;
}

/** A request as programs for curl, TypeScript and Python. */
export function Programs(options: ProgramsOptions) {
  return (
    <>
      {Object.entries(programsFor(options)).map(([language, text]) => (
        <Code key={language} label={language} text={text} />
      ))}
    </>
  );
}

export function programsFor({ address, body, hasKey = false }: ProgramsOptions): Record<string, string> {
  const [json, pretty] = [JSON.stringify(body), JSON.stringify(body, null, 2)];
  const type = "'content-type': 'application/json'";
  const key = {
    curl: ' -H "authorization: Bearer $OPENAI_API_KEY"',
    typeScript: ', authorization: `Bearer ${process.env.OPENAI_API_KEY}`',
    python: ', "authorization": "Bearer " + os.environ["OPENAI_API_KEY"]',
  };
  const [curl, typeScript, python] = hasKey ? [key.curl, key.typeScript, key.python] : ['', '', ''];
  return {
    curl: `curl ${address}${curl} -H 'content-type: application/json' \\\n  -d '${json.replaceAll("'", String.raw`'\''`)}'`,
    TypeScript: [
      `const response = await fetch('${address}', {`,
      "  method: 'POST',",
      `  headers: { ${type}${typeScript} },`,
      `  body: JSON.stringify(${pretty.replaceAll('\n', '\n  ')}),`,
      '});',
      'console.log(await response.json());',
    ].join('\n'),
    Python: [
      `import json, ${hasKey ? 'os, ' : ''}urllib.request`,
      '',
      `body = json.dumps(json.loads(${JSON.stringify(json)})).encode()`,
      `request = urllib.request.Request("${address}", body, {"content-type": "application/json"${python}})`,
      'print(json.load(urllib.request.urlopen(request)))',
    ].join('\n'),
  };
}
