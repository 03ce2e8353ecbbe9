// Another calendar: reads {ics, from, to} on its standard input; answers what it shows in that
// window, by its own expansion and the calendar's own time zones, and the calendar rewritten.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const root = new ICAL.Component(ICAL.parse(asked.ics));
for (const zone of root.getAllSubcomponents("vtimezone")) {
  ICAL.TimezoneService.register(zone);
}
const from = new Date(asked.from);
const to = new Date(asked.to);

const events = root.getAllSubcomponents("vevent").map((one) => new ICAL.Event(one));
const changed = events.filter((event) => event.isRecurrenceException());
const shown = [];

function show(event, start, end) {
  if (start.toJSDate() >= from && start.toJSDate() < to) {
    shown.push({
      uid: event.uid,
      start: start.isDate ? start.toString() : start.toJSDate().toISOString(),
      end: end.isDate ? end.toString() : end.toJSDate().toISOString(),
    });
  }
}

for (const event of events.filter((one) => !one.isRecurrenceException())) {
  if (event.component.getFirstPropertyValue("status") === "CANCELLED") continue;
  changed.filter((one) => one.uid === event.uid).forEach((one) => event.relateException(one));
  if (!event.isRecurring()) {
    show(event, event.startDate, event.endDate);
    continue;
  }
  const iterator = event.iterator();
  for (let next = iterator.next(); next && next.toJSDate() < to; next = iterator.next()) {
    const details = event.getOccurrenceDetails(next);
    show(event, details.startDate, details.endDate);
  }
}

process.stdout.write(JSON.stringify({ shown, rewritten: root.toString() }));
