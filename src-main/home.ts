import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** The application's own folder: recent projects, the sample, the web host's token. POSTER_VAR_HOME names another one. */
export function applicationHome(env: Environment = process.env, platform = process.platform, home = homedir()): string {
  if (env['POSTER_VAR_HOME']) return resolve(env['POSTER_VAR_HOME']);
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'POSTER-Var Workbench');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'POSTER-Var Workbench');
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'poster-var');
}

/** Who labels: the name of this account, which a container may not have. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'me';
  }
}
