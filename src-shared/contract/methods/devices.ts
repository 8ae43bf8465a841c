import { z } from 'zod';
import { Device, TensorflowRequest, TensorflowStatus } from '../../domain/device.ts';
import { methods } from '../define.ts';
import { id, nothing } from './common.ts';

/** Where models can run, and the part of it that has to be installed. */
export const devices = methods({
  'devices.list': { params: nothing, value: z.array(Device) },
  'tensorflow.status': { params: nothing, value: TensorflowStatus },
  'tensorflow.install': { params: TensorflowRequest, value: z.object({ job: id }) },
  'tensorflow.remove': { params: nothing, value: TensorflowStatus },
});
