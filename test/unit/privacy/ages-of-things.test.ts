/** A building and a tree are as old as people, and nobody's age. */
import { expect, it } from 'vitest';
import { found } from './found.ts';

const ages = (text: string): string[] => found(text).filter((one) => one.startsWith('age: '));

it.each([
  'The building is 94 years old and empty',
  'The jetty’s 95 years old',
  'near the 92-year-old clock tower',
  'Die Eiche ist 94 Jahre alt',
  'La casa tiene 92 años',
  "l'école, elle, a 95 ans tout rond",
  'Le pont a 92 ans.',
  'Kamienica ma 98 lata',
  'A ponte faz 98 anos',
  'A híd 95 éves, felújítják',
])('%s', (text) => expect(ages(text)).toEqual([]));

it.each([
  'My mother is 94 years old',
  'In the old house she is 94 years old',
  'La señora de la casa tiene 94 años',
  '老人自述叫龚桂英,94岁,意识清',
  'mein Vater Eckehard Thiele, der am 3. Mai 94 wird, bekam',
])('%s', (text) => expect(ages(text)).toEqual(['age: 94']));
