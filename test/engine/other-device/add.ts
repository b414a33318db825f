/** Adds the test device to a program: `node --import test/engine/other-device/add.ts …`. */
import { addOtherDevice } from './other-device.ts';

await addOtherDevice();
