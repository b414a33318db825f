/** Driving licences, professional licences and certificates, by what announces them. */
import { labelRecogniser } from '../recogniser.ts';

export const recogniser = labelRecogniser({
  name: 'licence',
  kind: 'licence',
  labels: [
    "driv(?:er|ing)[’']?s?[’']? licen[cs]e",
    'licen[cs]e(?! plate)',
    'dl',
    'certificate',
    'cert',
    'permit',
    'registration',
    'dea',
    'npi',
    'gmc',
    'bar',
    'führerschein(?:nummer)?',
    'approbation',
    'permis de conduire',
    'permis',
    'carn[eé] de conducir',
    'permiso de conducir',
    'patente(?: di guida)?',
    'rijbewijs(?:nummer)?',
    'prawo jazdy',
    'prawa jazdy',
    'körkort(?:snummer)?',
    'cnh',
    'carteira de motorista',
  ],
});
