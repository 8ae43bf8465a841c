/** Entry of the engine process. `session.run` blocks its thread for as long as it computes: here nobody else waits on it. */
import { CALLS } from './calls.ts';
import { serve } from './dispatch.ts';
import { openPort } from './port.ts';

const port = openPort();
// Without its parent the engine would compute for nobody.
port.onClose(() => process.exit(0));
serve(port, CALLS);
