// Keeps the scores on a page up to date while the tab is in front.
"use strict";
(() => {
  const PERIOD = 5000;
  const course = document.querySelector("[data-course]").dataset.course;
  const cells = document.querySelectorAll(".cell[data-link]");
  const news = document.getElementById("news");
  let timer = 0;

  // Rounded down, as on the server: 0.9999 is not yet 100%.
  const percent = (score) => `${Math.floor(score * 1000 + 1e-9) / 10}%`;
  const local = (iso) => new Date(iso).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

  function showTime(cell, iso) {
    const time = document.createElement("time");
    time.dateTime = iso;
    time.textContent = local(iso);
    cell.querySelector(".when").replaceChildren(time);
  }

  function update(cell, row) {
    const scored = row !== undefined && row.score !== null;
    const value = cell.querySelector(".value");
    const text = scored ? percent(row.score) : "–";
    if (value.textContent !== text) {
      value.textContent = text;
      cell.classList.add("changed");
      news.textContent = `${cell.dataset.name}, ${cell.dataset.title}: ${scored ? text : "no score"}`;
    }
    cell.classList.toggle("empty", !scored);
    cell.querySelector("progress").value = scored ? row.score : 0;
    if (scored) showTime(cell, row.received_at);
    else cell.querySelector(".when").textContent = "No score yet";
    const comment = cell.querySelector(".comment");
    comment.hidden = !(scored && row.comment);
    comment.querySelector("p").textContent = (scored && row.comment) || "";
  }

  async function poll() {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const response = await fetch(`/gradebook.json?course=${encodeURIComponent(course)}`, { cache: "no-store" });
      if (response.status === 401 || response.status === 403) return;
      if (response.ok) {
        const { rows } = await response.json();
        for (const cell of cells) {
          const { user, link } = cell.dataset;
          update(cell, rows.find((row) => row.user_id === user && row.resource_link_id === link));
        }
      }
    } catch {
      // The LMS is being restarted: the next round will tell.
    }
    clearTimeout(timer);
    timer = setTimeout(poll, PERIOD);
  }

  if (cells.length) {
    for (const time of document.querySelectorAll("time")) time.textContent = local(time.dateTime);
    document.addEventListener("visibilitychange", poll);
    timer = setTimeout(poll, PERIOD);
  }
})();
