/** Serial and device numbers, by what announces them. */
import { labelRecogniser } from '../recogniser.ts';

export const recogniser = labelRecogniser({
  name: 'device',
  kind: 'device',
  labels: [
    'serial',
    's/n',
    'sn',
    'device(?: (?:id|identifier|serial))?',
    'udid',
    'imei',
    'imsi',
    'iccid',
    'udi',
    'pacemaker',
    'implant',
    'seriennummer',
    'serien-?nr',
    'gerätenummer',
    'numéro de série',
    'n° de série',
    'número de serie',
    'numero di serie',
    'matricola',
    'serienummer',
    'numer seryjny',
    'número de série',
  ],
});
