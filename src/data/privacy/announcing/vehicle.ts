/** Number plates and bodies of vehicles. */
import type { Announcing } from './announcing.ts';

export const words: Announcing = {
  kind: 'plate',
  own: `licen~ plate~, number plate~, plate, plates, tag number, vrn, vrm, reg no, vin, chassis, chassis number, vehicle identification, hull number, engine number, vehicle reg~, plate number
kennzeichen, kfz, nummernschild~, autonummer, fin, fahrgestellnummer~, fahrgestell nr, fahrgestell~, fahrzeug ident~, fahrzeugidentifikationsnummer, fahrzeugidentifizierungsnummer, kontrollschild, motornummer, fahrzeugschein
immatriculé~, immatriculation~, plaque~, numéro de châssis, châssis, numéro moteur, carte grise, vin
matrícula, matriculad~, placa~, patente, bastidor, número de bastidor, número de motor, chasis
targa, targata, targato, targhe, telaio, numero di telaio, libretto di circolazione
matrícula, placa~, chassi~, renavam, número do chassi, número do motor
kenteken~, chassisnummer, chassisnr, voertuigidentificatienummer, meldcode, nummerplaat
rejestracyjny, rejestracyjnym, rejestracyjnego, nr rej, numer rej, tablic~, nadwozia, podwozia, rejestracja, dowód rejestracyjny
registreringsnummer, regnr, reg nr, regskylt, chassinummer, chassinr, registreringsskylt`,
  about: `vehicle~, car, truck, van, trailer, motorcycle, motorbike, registration, reg, tag, boat
fahrzeug~, auto, wagen, pkw, lkw, anhänger, motorrad
véhicule~, voiture, camion, moto, remorque
vehículo~, coche, camión, moto, remolque
veicolo, veicoli, auto, vettura, furgone, moto
veículo~, carro, viatura, camião, caminhão, moto
voertuig~, auto, wagen, vrachtwagen, motor, aanhanger
pojazd~, samoch~, auto, motocykl~, przyczep~
fordon~, bil, bilen, lastbil~, motorcykel~, släp~`,
};
