/** Names of people in a Slack export: users.json is next to the channels' folders, which use ids. */
import { parseJson } from '@attune/files/json';
import type { FileInput } from '../../reader.ts';
import { isObject, listOf, textOf, type Json, type People } from './chat.ts';

const NOBODY: People = new Map();

/** Cache of the last file: an export's channels share it. */
let last: { content: string; people: People } | undefined;

/** Names by id; empty if there is no such file, or it is not Slack's. */
export async function peopleBeside({ beside }: FileInput): Promise<People> {
  const content = (await beside?.('../users.json'))?.toString('utf8');
  if (content === undefined) return NOBODY;
  if (last?.content === content) return last.people;
  const people = peopleOf(content);
  last = { content, people };
  return people;
}

function peopleOf(content: string): People {
  let users: unknown;
  try {
    users = parseJson(content);
  } catch {
    // It is also read as a separate file, and reported there.
    return NOBODY;
  }
  const entries = listOf(users).flatMap((user): [string, string][] => {
    const [id, name] = [textOf(user.id), nameOf(user)];
    return id === undefined || name === undefined ? [] : [[id, name]];
  });
  return new Map(entries);
}

function nameOf({ real_name: real, name, profile }: Json): string | undefined {
  const { real_name: own, display_name: display } = isObject(profile) ? profile : {};
  return textOf(real) ?? textOf(own) ?? textOf(display) ?? textOf(name);
}
