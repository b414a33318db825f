/** Any other number that stands for one person or case: references, tickets, employees, students, studies. */
import { labelRecogniser } from '../recogniser.ts';

export const recogniser = labelRecogniser({
  name: 'code',
  kind: 'code',
  labels: [
    '(?:employee|staff|student|user|badge|case|claim|ticket|booking|reservation|order|invoice|tracking|study|trial|subject|participant|reference|ref|docket|file)[ -]?(?:id|no|nr|number|code|#)',
    '(?:confirmation|booking) code',
    'participant',
    'personalnummer',
    'matrikelnummer',
    'vorgangsnummer',
    'auftragsnummer',
    'rechnungsnummer',
    'schadennummer',
    'référence',
    'matricule',
    'referencia',
    'riferimento',
    'referentie',
    'personeelsnummer',
    'numer sprawy',
    'ärendenummer',
    'anställningsnummer',
    'protocolo',
    'matrícula funcional',
  ],
});
