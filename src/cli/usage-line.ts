import type { Command } from './command.ts';

/** `attune train [RECIPE] [--key value …]` */
export function usageLine(name: string, command: Command): string {
  const places = (command.arguments ?? []).map(({ name: place, required, many }) => {
    const inner = `${place}${many === true ? ' …' : ''}`;
    return required === true ? inner : `[${inner}]`;
  });
  const needed = (command.options ?? []).filter(({ required }) => required === true);
  const options = needed.map((option) => [option.name, option.value].filter((part) => part !== undefined).join(' '));
  const keys = command.takesRecipe === true ? ['[--key value …]'] : [];
  return ['attune', name, ...places, ...options, ...keys].join(' ');
}
