/** The interface over the fake backend, in a browser: /dev/index.html?scene=open&theme=dark&size=200&lang=en#/coordonnees */
import { install } from './fakeBackend';
import { type SceneName, scenes } from './scenes';

const query = new URLSearchParams(location.search);
const named = query.get('scene') ?? 'open';
const fake = scenes[(named in scenes ? named : 'open') as SceneName]();
const theme = query.get('theme');
if (theme === 'light' || theme === 'dark') fake.preferences.theme = theme;
if (query.has('size')) fake.preferences.textSize = Number(query.get('size'));
if (query.get('lang') === 'en') fake.preferences.language = 'en';
if (query.get('typeface') === 'hyperlegible') fake.preferences.typeface = 'hyperlegible';
if (query.has('spacing')) fake.preferences.spacing = true;
install(fake);
await import('../src/main');
