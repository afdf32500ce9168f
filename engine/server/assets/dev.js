// Shows the newest page of a report that is being written, and what is wrong with it.
// The place on the page is kept; a picture is shown only when it has arrived, so nothing flickers.
"use strict";
(() => {
  const by = (id) => document.getElementById(id);
  const status = by("status"), picture = by("picture"), frame = by("frame"), choice = by("page");
  // `wanted` is what the author chose; what there is to show may be the other one for a while.
  let number = 0, asked = 0, wanted = "printed", state = null;

  const show = () => {
    const web = state && state.html && (wanted === "web" || !state.pages);
    const nothing = !state || (!state.html && !state.pages);
    picture.hidden = web || nothing;
    frame.hidden = !web;
    by("nothing").hidden = !state || !nothing;
    by("printed").setAttribute("aria-pressed", String(!web));
    by("web").setAttribute("aria-pressed", String(web));
    choice.parentElement.hidden = web || !state || state.pages < 2;
    if (web) {
      const top = frame.contentWindow ? frame.contentWindow.scrollY : 0;
      frame.onload = () => frame.contentWindow.scrollTo(0, top);
      frame.src = "/page.html?n=" + ++asked;
    } else if (state && state.pages > 0) {
      const next = new Image();
      next.onload = () => { picture.src = next.src; document.body.dataset.shown = String(number); };
      next.src = "/page.png?page=" + (choice.value || 1) + "&n=" + ++asked;
    }
  };

  const list = (findings) => {
    by("findings").replaceChildren(...findings.map((finding) => {
      const item = document.createElement("li");
      item.className = finding.severity;
      const add = (name, text) => {
        const part = document.createElement(name);
        part.textContent = text;
        item.append(part);
      };
      add("strong", finding.code);
      add("span", " " + finding.message);
      if (finding.place) add("code", finding.place);
      if (finding.help) add("small", finding.help);
      return item;
    }));
  };

  const take = (news) => {
    state = news;
    number = news.number;
    by("title").textContent = news.title || "bieumau dev";
    document.title = (news.fresh ? "" : "✗ ") + (news.title || "bieumau dev");
    const pages = Array.from({ length: news.pages }, (_, at) => at + 1);
    const kept = Math.min(Number(choice.value) || 1, news.pages || 1);
    choice.replaceChildren(...pages.map((page) => new Option(page + "/" + news.pages, page, false, page === kept)));
    by("web").hidden = !news.html;
    by("printed").hidden = !news.pages;
    const words = news.fresh ? (news.findings.length ? "" : status.dataset.right) : status.dataset.stale;
    const took = news.milliseconds ? status.dataset.made + " " + news.milliseconds + " ms" : "";
    status.textContent = [words, took].filter(Boolean).join(" · ");
    document.body.classList.toggle("stale", !news.fresh);
    by("right").hidden = news.findings.length > 0;
    list(news.findings);
    show();
  };

  const ask = async () => {
    for (;;) {
      try {
        const answer = await fetch("/state?after=" + number, { cache: "no-store" });
        const news = await answer.json();
        if (news.number !== number) take(news);
      } catch {
        // The next program counts from one again.
        number = 0;
        status.textContent = status.dataset.gone;
        await new Promise((done) => setTimeout(done, 1000));
      }
    }
  };

  by("printed").onclick = () => { wanted = "printed"; show(); };
  by("web").onclick = () => { wanted = "web"; show(); };
  choice.onchange = show;
  ask();
})();
