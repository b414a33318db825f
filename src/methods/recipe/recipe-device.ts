import { z } from 'zod';
import { A_DEVICE, DEVICE_NAME } from '../../base/wanted-device.ts';

export const deviceSchema = z.string().regex(DEVICE_NAME, A_DEVICE).default('auto').meta({
  description: 'device to compute on: auto (a CUDA GPU if there is one), cpu, cuda, cuda:N or mps',
  shown: 'NAME',
});
