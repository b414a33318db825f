import { Tokenizer } from './tokenizer.ts';
import { AttuneError } from '../../base/errors.ts';

const TURN_START = '<|im_start|>';
const TURN_END = '<|im_end|>';

/**
 * The tokenizer, with ChatML as its template if it has none; `save` writes it. Turns end with `<|im_end|>` if the
 * vocabulary has it, else with EOS, so that the model already knows the token that ends an answer. @throws
 * E_NO_STOP_TOKEN if there is neither
 */
export async function withChatTemplate(tokenizer: Tokenizer): Promise<Tokenizer> {
  if (tokenizer.templates.exists) return tokenizer;
  const others = new Map([...tokenizer.files.others, ['chat_template.jinja', defaultTemplate(tokenizer)]]);
  return Tokenizer.fromFiles({ ...tokenizer.files, others });
}

/** ChatML with tools, tool calls and reasoning, using this tokenizer's tokens. @throws E_NO_STOP_TOKEN */
export function defaultTemplate(tokenizer: Tokenizer): string {
  const hasTurnEnd = tokenizer.idOf(TURN_END) !== null;
  if (!hasTurnEnd && tokenizer.eosId === undefined) {
    throw new AttuneError('E_NO_STOP_TOKEN', {
      what: `The tokenizer of ${tokenizer.origin} has no token to end answers with`,
      expected: `an eos_token in tokenizer_config.json, or ${TURN_END} in the vocabulary`,
      fix: `add ${TURN_END} as a new special token`,
    });
  }
  return chatMlTemplate(hasTurnEnd ? `'${TURN_END}'` : 'eos_token', tokenizer.addsBos);
}

/** Earlier turns never change, so serving sees prefixes of the training text. */
function chatMlTemplate(turnEnd: string, writesBos: boolean): string {
  return `${writesBos ? '{{- bos_token }}' : ''}{%- if tools %}
{{- '${TURN_START}system\\n' }}
{%- if messages and messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}{%- endif %}
{{- 'Functions that may be called:\\n<tools>' }}
{%- for tool in tools %}{{- '\\n' + (tool | tojson) }}{%- endfor %}
{{- '\\n</tools>\\nCall one with:\\n<tool_call>\\n{"name": <function>, "arguments": <object>}\\n</tool_call>' + ${turnEnd} + '\\n' }}
{%- endif %}
{%- for message in messages %}
{%- if not (tools and loop.first and message.role == 'system') %}
{{- '${TURN_START}' + message.role + '\\n' }}
{%- if message.reasoning_content %}{{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}{%- endif %}
{{- message.content or '' }}
{%- for call in message.tool_calls or [] %}
{%- if message.content or not loop.first %}{{- '\\n' }}{%- endif %}
{{- '<tool_call>\\n{"name": ' + (call.function.name | tojson) + ', "arguments": ' + (call.function.arguments | tojson) + '}\\n</tool_call>' }}
{%- endfor %}
{{- ${turnEnd} + '\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '${TURN_START}assistant\\n' }}{%- endif %}
`;
}
