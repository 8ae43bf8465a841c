/** One handler a method, each one service call: the same for every transport. A forgotten method does not compile. */
import type { Handlers } from '../../src-shared/contract/client.ts';
import type { Services } from '../compose.ts';
import { applicationHandlers, type HostInfo } from './application.ts';
import { dataHandlers } from './data.ts';
import { evaluationHandlers } from './evaluation.ts';
import { exportHandlers } from './exports.ts';
import { deviceHandlers } from './devices.ts';
import { imageHandlers } from './images.ts';
import { jobHandlers } from './jobs.ts';
import { labelHandlers } from './labels.ts';
import { queueHandlers } from './queues.ts';
import { modelHandlers } from './models.ts';
import { runHandlers } from './runs.ts';
import { sliceHandlers } from './slices.ts';
import { suiteHandlers } from './suites.ts';
import { versionHandlers } from './versions.ts';

export type { HostInfo } from './application.ts';

export function createHandlers(services: Services, info: HostInfo): Handlers {
  return {
    ...applicationHandlers(services, info),
    ...dataHandlers(services),
    ...exportHandlers(services),
    ...imageHandlers(services),
    ...labelHandlers(services),
    ...queueHandlers(services),
    ...runHandlers(services),
    ...sliceHandlers(services),
    ...suiteHandlers(services),
    ...modelHandlers(services),
    ...evaluationHandlers(services),
    ...versionHandlers(services),
    ...deviceHandlers(services),
    ...jobHandlers(services),
  };
}
