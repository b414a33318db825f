/** Number plates, by what announces them; shapes of the United Kingdom, France, Italy and India also beside words of traffic. */
import { labelRecogniser } from '../recogniser.ts';

export const recogniser = labelRecogniser({
  name: 'plate',
  kind: 'plate',
  labels: [
    '(?:licen[cs]e|number|registration|vehicle|car) ?plates?',
    'plates?',
    'vehicle reg(?:istration)?',
    'reg(?:istration)?',
    'vrn',
    'kennzeichen',
    "(?:plaque d[’'])?immatriculation",
    'immatriculée?',
    'plaque',
    'matrícula',
    'targata',
    'targa',
    'kenteken',
    'numer(?:y|ze)? rejestracyjn(?:y|e|ym)',
    'rejestracja',
    'registreringsnummer',
    'regnr',
    'placa',
    'kontrollschild',
  ],
  value: String.raw`(?=[A-ZÄÖÜ -]{0,8}\d)[A-ZÄÖÜ0-9]{1,4}(?:[ ·-]?[A-ZÄÖÜ0-9]{1,4}){1,3}`,
  isValueOfAnyCase: false,
});
