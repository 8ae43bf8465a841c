/** Entry of the engine process. `session.run` blocks its thread for as long as it computes: here nobody else waits on it. */
import { CALLS } from './calls.ts';
import { serve } from './dispatch.ts';
import { openPort } from './port.ts';

const port = openPort();
// Ctrl+C reaches every process of a terminal; the parent alone decides what becomes of the work under way.
process.on('SIGINT', () => undefined);
// Without its parent the engine would compute for nobody.
port.onClose(() => process.exit(0));
serve(port, CALLS);
