/** What is somebody's though a word beside it belongs to things, versions and letters as well. */
import { describe, expect, it } from 'vitest';
import { found } from './found.ts';

const FOUND: Record<string, string[]> = {
  'Appointment moved from 3.4.24 to 7.4.24': ['date: 3.4.24', 'date: 7.4.24'],
  'paid with 3.12.19, discharged to 4.12.19 home': ['date: 3.12.19', 'date: 4.12.19'],
  'Born 4.11.85 release form signed': ['date: 4.11.85'],
  'Update 3.4.24, v 5.4.24': ['date: 3.4.24', 'date: 5.4.24'],
  'Call back for quote: 617-555-0134': ['phone: 617-555-0134'],
  'Tel. about the invoice 617-555-0134': ['phone: 617-555-0134'],
  '(kid) 0171 2345678': ['phone: 0171 2345678'],
  'Delivery/Lieferung 0171 2345678': ['phone: 0171 2345678'],
  'write to 22.1990@web.de or 0049.171@gmx.net': ['email: 22.1990@web.de', 'email: 0049.171@gmx.net'],
  'Maria_Schmidt_Rechnung.jpg': ['photo: Maria_Schmidt_Rechnung.jpg'],
  'invoice-peter-miller.png': ['photo: invoice-peter-miller.png'],
  'her passport photo is in kitchen_plan.jpg': ['photo: her passport photo'],
  'her passport photo (pass_ann.jpg)': ['photo: her passport photo', 'photo: pass_ann.jpg'],
  'tiene noventa y cuatro años': ['age: noventa y cuatro'],
  'tem noventa e oito anos': ['age: noventa e oito'],
  'Temperature 95 year old male': ['age: 95'],
  'ist seit Montag 94 Jahre alt': ['age: 94'],
  'depuis lundi 94 ans': ['age: 94'],
  'hace 94 años nació': ['age: 94'],
  '{"website": "annakowalska.com"}': ['url: annakowalska.com'],
  'website - annakowalska.com': ['url: annakowalska.com'],
  'Contact us at annakowalska.com': ['url: annakowalska.com'],
  'Kundennummer auf der Rechnung: 88123456': ['code: 88123456'],
  'Personalnummer lt. Rechnung 88123456': ['code: 88123456'],
  '[Blog](annakowalska.com)': ['url: annakowalska.com'],
  'account no on the invoice 88123456': ['account: 88123456'],
};

const LEFT = [
  'kernel 2.4.19 and upgrade to 7.2.14, kernel from 2.4.18 to 2.4.19',
  'Upgrade path: 7.0.3 to 7.1.0 to 7.2.14',
  'part no. 617-555-0134',
  'Message-ID: <22.1990@web.de>, <20021008.144500@host.com>',
  'logo_2.png and kitchen_plan.jpg',
  'Tradition seit 94 Jahren, a lease of 99 years',
  'number on the invoice 88123456, invoice number 88123457',
];

describe('beside words of things', () => {
  it.each(Object.entries(FOUND))('finds what is somebody’s in %s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each(LEFT)('leaves %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
