/** All recognisers: each one file and one line. */
import type { Recogniser } from '../recogniser.ts';
import { recogniser as address } from './address.ts';
import { recogniser as age } from './age.ts';
import { recogniser as ageSaid } from './age-said.ts';
import { recogniser as ageOfLanguages } from './age-of-languages.ts';
import { recogniser as ageInWords } from './age-in-words.ts';
import { recogniser as dayAndMonth } from './day-and-month.ts';
import { recogniser as dateOfLanguages } from './date-of-languages.ts';
import { recogniser as dateInWords } from './date-in-words.ts';
import { recogniser as streetAlone } from './street-alone.ts';
import { recogniser as addressBlock } from './address-block.ts';
import { recogniser as addressByCode } from './address-by-code.ts';
import { recogniser as addressByCounty } from './address-by-county.ts';
import { recogniser as addressLearned } from './address-learned.ts';
import { recogniser as addressParts } from './address-parts.ts';
import { recogniser as addressField } from './address-field.ts';
import { recogniser as addressByResidence } from './address-by-residence.ts';
import { recogniser as homeTown } from './home-town.ts';
import { recogniser as cityField } from './city-field.ts';
import { recogniser as courtFile } from './court-file.ts';
import { recogniser as keyFingerprint } from './key-fingerprint.ts';
import { recogniser as orcid } from './orcid.ts';
import { recogniser as handle } from './handle.ts';
import { recogniser as plateShape } from './plate-shape.ts';
import { recogniser as plateOfLanguages } from './plate-of-languages.ts';
import { recogniser as secretOfLanguages } from './secret-of-languages.ts';
import { recogniser as secretCode } from './secret-code.ts';
import { recogniser as secretConfig } from './secret-config.ts';
import { recogniser as secretEntered } from './secret-entered.ts';
import { recogniser as secretNear } from './secret-near.ts';
import { recogniser as announced } from './announced.ts';
import { recogniser as announcedUnspaced } from './announced-unspaced.ts';
import { recogniser as biometric } from './biometric.ts';
import { recogniser as biometricFile } from './biometric-file.ts';
import { recogniser as biometricOfLanguages } from './biometric-of-languages.ts';
import { recogniser as brCpf } from './br-cpf.ts';
import { recogniser as card } from './card.ts';
import { recogniser as chAhv } from './ch-ahv.ts';
import { recogniser as city } from './city.ts';
import { recogniser as date } from './date.ts';
import { recogniser as deTax } from './de-tax.ts';
import { recogniser as email } from './email.ts';
import { recogniser as esDni } from './es-dni.ts';
import { recogniser as feastDay } from './feast-day.ts';
import { recogniser as frNir } from './fr-nir.ts';
import { recogniser as iban } from './iban.ts';
import { recogniser as imei } from './imei.ts';
import { recogniser as inAadhaar } from './in-aadhaar.ts';
import { recogniser as ip } from './ip.ts';
import { recogniser as itCodiceFiscale } from './it-codice-fiscale.ts';
import { recogniser as mac } from './mac.ts';
import { recogniser as messenger } from './messenger.ts';
import { recogniser as name } from './name.ts';
import { recogniser as nameInContext } from './name-in-context.ts';
import { recogniser as nameField } from './name-field.ts';
import { recogniser as nameInScript } from './name-in-script.ts';
import { recogniser as nameListedInScript } from './name-listed-in-script.ts';
import { recogniser as nameOfWriter } from './name-of-writer.ts';
import { recogniser as nameWhoDoes } from './name-who-does.ts';
import { recogniser as nationalIds } from './national-ids.ts';
import { recogniser as nlBsn } from './nl-bsn.ts';
import { recogniser as passportShape } from './passport-shape.ts';
import { recogniser as phone } from './phone.ts';
import { recogniser as photoFile } from './photo-file.ts';
import { recogniser as photo } from './photo.ts';
import { recogniser as photoOfLanguages } from './photo-of-languages.ts';
import { recogniser as photoOfSomebody } from './photo-of-somebody.ts';
import { recogniser as plPesel } from './pl-pesel.ts';
import { recogniser as plate } from './plate.ts';
import { recogniser as postcodeLabel } from './postcode-label.ts';
import { recogniser as postcode } from './postcode.ts';
import { recogniser as sePersonnummer } from './se-personnummer.ts';
import { recogniser as residenceOfLanguages } from './residence-of-languages.ts';
import { recogniser as recordShape } from './record-shape.ts';
import { recogniser as secretPhrase } from './secret-phrase.ts';
import { recogniser as secretSaid } from './secret-said.ts';
import { recogniser as secretWord } from './secret-word.ts';
import { recogniser as secretBlock } from './secret-block.ts';
import { recogniser as secret } from './secret.ts';
import { recogniser as tableColumn } from './table-column.ts';
import { recogniser as ukNhs } from './uk-nhs.ts';
import { recogniser as ukNino } from './uk-nino.ts';
import { recogniser as townOfSomebody } from './town-of-somebody.ts';
import { recogniser as townLine } from './town-line.ts';
import { recogniser as url } from './url.ts';
import { recogniser as userName } from './user-name.ts';
import { recogniser as usSsnPlain } from './us-ssn-plain.ts';
import { recogniser as usSsn } from './us-ssn.ts';
import { recogniser as vin } from './vin.ts';

export const recognisers: readonly Recogniser[] = [
  address,
  addressBlock,
  addressByCode,
  addressByCounty,
  addressByResidence,
  addressParts,
  addressLearned,
  age,
  ageInWords,
  ageOfLanguages,
  ageSaid,
  dayAndMonth,
  dateInWords,
  dateOfLanguages,
  streetAlone,
  addressField,
  cityField,
  courtFile,
  keyFingerprint,
  orcid,
  handle,
  homeTown,
  townOfSomebody,
  townLine,
  plateShape,
  plateOfLanguages,
  secretEntered,
  secretNear,
  secretOfLanguages,
  announced,
  announcedUnspaced,
  biometric,
  biometricFile,
  biometricOfLanguages,
  brCpf,
  card,
  chAhv,
  city,
  date,
  deTax,
  email,
  esDni,
  feastDay,
  frNir,
  iban,
  imei,
  inAadhaar,
  ip,
  itCodiceFiscale,
  mac,
  messenger,
  name,
  nameInContext,
  nameField,
  nameInScript,
  nameListedInScript,
  nameOfWriter,
  nameWhoDoes,
  nationalIds,
  nlBsn,
  passportShape,
  phone,
  photoFile,
  photo,
  photoOfLanguages,
  photoOfSomebody,
  plPesel,
  plate,
  postcodeLabel,
  postcode,
  residenceOfLanguages,
  recordShape,
  sePersonnummer,
  secretCode,
  secretConfig,
  secretPhrase,
  secretSaid,
  secretWord,
  secretBlock,
  secret,
  tableColumn,
  ukNhs,
  ukNino,
  url,
  userName,
  usSsnPlain,
  usSsn,
  vin,
];
