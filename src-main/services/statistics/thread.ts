/** The statistics thread: thousands of resamples would hold up every click if they ran where the services do. */
import { answerWith } from '../threads/protocol.ts';
import { answer } from './protocol.ts';

answerWith(answer);
