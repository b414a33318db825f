import { kinds, type Kind } from './kinds.ts';

/** What other tools and label sets call our kinds: Presidio, spaCy and OntoNotes, i2b2, ai4privacy, Amazon, Azure. */
const NAMES: Partial<Record<Kind, string>> = {
  name: 'person, per, persname, person_name, personname, full_name, first_name, firstname, given_name, givenname, middle_name, middlename, last_name, lastname, surname, family_name, prefix_name, patient, patient_name, doctor, hcp, staff, customer_name, employee_name, nickname, pii_name, names',
  address:
    'street, street_address, streetaddress, postal_address, home_address, mailing_address, full_address, building_number, buildingnumber, secondary_address, secondaryaddress, fac, addresses',
  city: 'location, loc, gpe, town, place, residence',
  postcode: 'zip, zip_code, zipcode, postal_code, postalcode',
  date: 'dates, date_time, datetime, date_of_birth, dateofbirth, birth_date, birthdate, dob, admission_date, discharge_date, date_of_death, event_date',
  age: 'age_over_89, ages, over_89',
  phone:
    'telephone, phone_number, phonenumber, telephone_number, telephonenum, telephone_num, mobile, mobile_number, cell_phone, tel, phoneimei, contact_number',
  fax: 'fax_number, faxnumber, fax_num',
  email: 'mail, e_mail, email_address, emailaddress, mail_address',
  national_id:
    'ssn, us_ssn, social_security_number, socialnum, social_number, id, id_number, idnum, id_num, id_card, id_card_number, idcardnum, identity_card, national_identity, national_id_number, national_identifier, nationalid, tax_id, tax_number, taxnum, tin, us_itin, nino, uk_nino, es_nif, es_nie, it_fiscal_code, fiscal_code, it_identity_card, pl_pesel, pesel, in_aadhaar, in_pan, aadhaar, sg_nric_fin, au_tfn, fi_personal_identity_code, residence_permit, nif, dni, cpf, bsn, curp, personnummer',
  medical_record:
    'mrn, medical_record_number, medicalrecord, medical_record_no, medical_record_id, patient_id, chart_number, case_number, hospital_number',
  health_plan:
    'healthplan, health_plan_number, health_plan_beneficiary_number, health_insurance, health_insurance_number, insurance_number, insurance_id, uk_nhs, nhs, nhs_number, au_medicare, medicare_number, policy_number, member_id, beneficiary_number',
  account:
    'account_number, accountnumber, accountnum, account_num, bank_account, bank_account_number, us_bank_number, bban, account_no, loan_number',
  iban: 'iban_code, iban_number, international_bank_account_number',
  card: 'credit_card, credit_card_number, creditcardnumber, credit_debit_card, credit_debit_number, card_number, payment_card, payment_card_number, debit_card',
  passport: 'passport_number, passportnumber, passport_num, us_passport, it_passport, in_passport, passport_no',
  licence:
    'license, license_number, licence_number, driver_license, driver_licence, drivers_license, drivers_licence, driving_licence, driving_license, driverlicensenum, driver_id, us_driver_license, it_driver_license, medical_license, certificate, certificate_number, professional_license, dea_number, npi',
  vin: 'vehicle, vehicle_id, vehicle_identifier, vehicle_vin, vehiclevin, vehicle_identification_number, vehicle_number',
  plate:
    'license_plate, licence_plate, license_plate_number, licence_plate_number, plate_number, vehicle_plate, vehicle_registration, vehiclevrm, number_plate, registration_plate',
  device:
    'mac, mac_address, imei, device_id, device_identifier, deviceid, device_number, serial_number, serial, device_serial_number, implant_serial, udi, advertising_id',
  url: 'website, web_url, uri, link, web_address, domain',
  ip: 'ip_address, ipaddress, ipv4, ipv6, ip_addr, ipv_4, ipv_6',
  biometric: 'bioid, biometric_id, biometric_identifier, biometrics, fingerprint, voiceprint, biometric_mention',
  photo: 'photograph, picture, image, face_photo, photo_file, full_face_photo, full_face_photograph',
  code: 'other_id, username, user_name, userid, user_id, login, handle, employee_id, customer_id, student_id, unique_id, unique_identifier, other, other_identifier',
  secret:
    'api_key, apikey, password, pass, passwd, pin, pin_code, token, access_token, secret_key, aws_access_key, aws_secret_key, private_key, credential, credentials, key, door_code, cvv, credit_card_cvv, creditcardcvv, bearer_token',
};

const KIND_OF = new Map<string, string>([
  ...Object.entries(NAMES).flatMap(([kind, names]) => names.split(', ').map((name) => [name, kind] as const)),
  ...kinds.map((kind) => [kind, kind] as const),
]);

/** A label's kind in our words; "B-" and "I-" of tagged tokens do not count. What no kind of ours is stays as it is called. */
export function kindOfLabel(label: string): string {
  const plain = label
    .replace(/^[BILUES]-/, '')
    .toLowerCase()
    .replaceAll(/[\s.-]+/g, '_');
  return KIND_OF.get(plain) ?? plain;
}
