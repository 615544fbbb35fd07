// The application: its pages, and which of them ask for a sign-in. It is written as a React application
// is, a page being a function of what it is told, but without the library: that has no part in the API.

import { Refusal, call, isSignedIn, signIn, signOut, wake } from '/tokens.js';

const main = document.querySelector('main');

const PAGES = { '/': home, '/login': login, '/dashboard': dashboard, '/devices': devices };
const PROTECTED = ['/dashboard', '/devices'];

/** Where somebody wanted to go who had to sign in first. */
let wanted = '/dashboard';

await wake();
window.addEventListener('popstate', show);
await show();

async function go(path) {
  history.pushState(null, '', path);
  await show();
}

async function show() {
  const path = location.pathname;
  if (PROTECTED.includes(path) && !isSignedIn()) {
    wanted = path;
    history.replaceState(null, '', '/login');
  }
  await PAGES[location.pathname]();
}

/** Shows what a page is made of; what is inserted was escaped. */
function draw(html) {
  main.innerHTML = html;
  for (const link of main.querySelectorAll('a')) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      void go(link.pathname);
    });
  }
}

function on(event, name, listener) {
  main.querySelector(`[name=${name}]`).addEventListener(event, listener);
}

function escape(text) {
  return new Option(text).innerHTML;
}

function home() {
  draw('<h1>Notes</h1><a href="/dashboard">Dashboard</a>');
}

function login() {
  draw(`
    <h1>Login</h1>
    <form name="login">
      <p><label>Email or username <input name="identifier"></label></p>
      <p><label>Password <input name="password" type="password"></label></p>
      <button>Login</button>
    </form>
    <p role="alert"></p>`);
  on('submit', 'login', async (event) => {
    event.preventDefault();
    const { identifier, password } = event.target.elements;
    try {
      await signIn(identifier.value, password.value);
      await go(wanted);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      main.querySelector('[role=alert]').textContent = error.message;
    }
  });
}

/** Asks for two things at once, as the parts of a page do. */
async function dashboard() {
  const responses = await Promise.all([call('/users/me'), call('/auth/sessions')]);
  if (!isSignedIn()) return go('/login');
  const [user, sessions] = await Promise.all(responses.map((response) => response.json()));
  draw(`
    <h1>Hello, ${escape(user.username)}</h1>
    <p id="email">${escape(user.email)}</p>
    <p id="devices">Signed in on ${sessions.data.length} devices</p>
    <a href="/devices">Devices</a>
    <button name="reload">Reload</button>
    <button name="logout">Logout</button>`);
  on('click', 'reload', () => void show());
  on('click', 'logout', async () => {
    await signOut();
    await go('/login');
  });
}

async function devices() {
  const response = await call('/auth/sessions');
  if (!isSignedIn()) return go('/login');
  const { data } = await response.json();
  const items = data.map(({ deviceName, current }) => `<li>${escape(deviceName)}${current ? ' (this one)' : ''}</li>`);
  draw(`<h1>Devices</h1><ul>${items.join('')}</ul><a href="/dashboard">Dashboard</a>`);
}
