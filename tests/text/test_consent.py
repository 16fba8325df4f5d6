"""Yes, no and neither, in ordinary messenger Russian and English."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rasa_twin24.text.consent import (
    Answer,
    agrees,
    delays,
    forbids_start,
    hedges,
    is_clear_no,
    is_clear_yes,
    orders_start,
    read_answer,
    refuses,
    starts_calls,
    stops,
)
from rasa_twin24.text.consent_words import WORDS, squeezed
from rasa_twin24.text.keyboard import typed_as_english
from rasa_twin24.text.typos import is_one_slip


def phrases(table: str) -> list[str]:
    """One phrase between bars or line ends."""
    return [phrase.strip() for phrase in table.replace("\n", "|").split("|") if phrase.strip()]


PLAIN_YES = phrases("""
    да|Да|ДА|да.|да!|да!!!|дА|даа|даааа|ддаа|да да|да-да|да, да|да да да|дадада|ну да|ну да!|а да
    да пожалуйста
    да, пожалуйста|да плиз|да, спасибо|спасибо, да|да, конечно|да конечно|конечно да|да, давай|да давай
    да давайте
    да, верно|да, все верно|да, всё верно|да всё правильно|да, подтверждаю|да, согласен|да, я согласна
    да, можно
    да, хорошо|да, ок|да ок|да, отлично|отлично, да|супер, да|да, хочу|да, поехали|да 👍|да 👍🏻|👍 да|да ✅|да 😊
    да)|да))|да :)|да =)|дa|Дa|дa!|lf|Lf|LF|lf!|ага|агаа|агаааа|ага!|угу|угуу|ага, давай|угу, давай|ага ага
    угу-угу
    ну ага|конечно|конечно!|ну конечно|конечно же|канешно|конешно|канеш|разумеется|безусловно|естественно
    однозначно
    несомненно|обязательно|точно|именно|именно так|так точно|верно|всё верно|все верно|все правильно
    все так|правильно
    согласен|согласна|я согласен|я согласна|мы согласны|согласны|полностью согласен|подтверждаю|подтверждаем
    подтверждаю!|я подтверждаю|подтверждено|одобряю|одобрено|утверждаю|даю согласие|даю добро|добро
    принимается
    ок|Ок|ОК|ок!|окей|окэй|оки|океюшки|о'кей|ok|OK|Ok|okay|оk|oк|jr|jrtq|щл|хорошо|хорошо!|ну хорошо|харашо
    ладно
    ну ладно|ладненько|лады|лан|норм|нормально|идет|идёт|пойдёт|годится|подходит|меня устраивает
    мне подходит|сойдёт
    давай|давай!|ну давай|давайте|давай-давай|давай-ка|давай, да|можно|можете|можно, да|валяй|действуй
    действуйте
    делай|делайте|выполняй|продолжай|продолжайте|продолжить|поехали|поехали!|ну поехали|погнали|погнали!!
    го|гоу
    вперёд|вперед!|жги|жми|без проблем|нет проблем|не вопрос|да не вопрос|без вопросов|не против|я не против
    не возражаю|возражений нет|нет возражений|я за|только за|обеими руками за|еще бы|ещё бы!|с удовольствием
    по рукам|договорились|заметано|решено|стопудово|100%|на 100%|+|++|+++|+1|плюс|плюсую|👍|👍👍👍|👍🏽|✅|✔️|👌|🆗|🤝|💯
    ес|йес|йеп|yes|Yes|YES|yes!|yess|yesss|yes yes|yes please|yes, please|yes, thanks|yeah|yea|yep|yup|sure
    sure!|yes, that is correct|yep, all good|yes all good|да, всё так и есть|да, я уверен|yes, i'm sure
    of course|certainly|absolutely|definitely|correct|that's correct|right|that's right|exactly|agreed|i agree
    i confirm|confirm|confirmed|approved|approve|ok go|go|go!|go ahead|yes, go ahead|please go ahead
    go for it|do it
    just do it|let's go|lets go|let's do it|sounds good|looks good|fine|that's fine|alright|all right|proceed
    please proceed|please do|by all means|no problem|no objections|sure thing|for sure|aye|da|davai|konechno
    да, именно|да, договорились|конечно, давай|хорошо, давай|ок, давай|ладно, давай|ок, поехали
    да давай погнали|окей, погнали|согласен, давай|все верно, да|всё верно, подтверждаю|да, все так
    да, спасибо!
    отлично|отлично!|супер|прекрасно|замечательно|perfect|great|deal|само собой|само собой разумеется|вполне
    принимаю|разрешаю|без возражений|не имею возражений|готов подтвердить|полностью за|данные верны
    номера верны
    нуы|нуы!|отлично, согласен|да, разрешаю|да, смело|спокойно, да
""")
TYPO_YES = phrases("""
    канечно|конечн|конечноо|коенчно|хорошоо|хоршо|хорощо|потверждаю|подтвержадю|подтверждаюю|согласнен
    сагласен
    соглаен|поехаил|паехали|пгонали|давайт|прввильно|правильнно|продолжаай
""")
START_YES = phrases("""
    запускай|Запускай!|запускай пожалуйста|запускайте|запускаем|запусти|запустите|запустить|запуск
    запускай обзвон
    запусти обзвон|запускайте звонки|запускай все|запускай сейчас|запускай прямо сейчас|запускай уже
    ну запускай
    поехали|погнали|вперёд|жги|гони|жми|продолжай|действуй|go go go|proceed|поехали обзванивать
    погнали звонить
    стартуй|стартуем|старт|старт!|начинай|начинайте|начинаем|начать|начинай обзвон|начинай звонить
    начинай обзванивать|звони|звоните|звони им|обзванивай|приступай|приступайте|приступаем|приступай к обзвону
    запускааай|зпускай|запускаай|запускй|pfgecrfq|pfgecnb|start|start!|start now|start calling|start the calls
    please start|launch|launch it|launch the campaign|begin|begin calling|run it|хорошо, запускай|ок, запускай
    отлично, запускай|супер, начинай|ладно, запускай|давай запускай|конечно запускай|пожалуйста, запускай
    понял, запускай|спасибо, запускай|в бой, начинай прозвон
""")
YES_AND_START = phrases("""
    да, запускай|да запускай|да, запускайте|да, начинай|да, начинайте обзвон|да, звони|да, стартуй
    ага, запускай
    всё верно, запускай|все верно, запускайте|согласен, запускай|подтверждаю запуск|подтверждаю запуск обзвона
    да, запустить|да, запустить обзвон|можно запускать|можно начинать|можно начинать звонить|можно звонить
    yes, start|yes start the calls|yes, launch it|confirm, start|да, давай запускай|поехали, запускай
    нет проблем, запускай|не против, запускай|👍 запускай|да, можешь запускать
""")
NO = phrases("""
    нет|Нет|НЕТ|нет.|нет!|нет!!!|неет|нееееет|не|не-а|неа|неаа|нет нет|нет-нет|нет, нет, нет|нетнет|ну нет
    да нет
    нет, спасибо|нет спасибо|спасибо, нет|спасибо, не надо|нет, пожалуйста|нет конечно|конечно нет
    конечно, нет
    разумеется нет|естественно нет|точно нет|нет уж|ну уж нет|не надо|не надо!|ненадо|нет, не надо|да не надо
    не надо пожалуйста|не нужно|ненужно|нет, не нужно|мне не нужно|не хочу|нехочу|нет, не хочу|я не хочу
    не буду
    не будем|не стоит|не стоит этого делать|лучше не надо|лучше не стоит|нет, лучше не надо|не согласен
    не согласна
    несогласен|я не согласен|не подтверждаю|нет, не подтверждаю|не запускай|не запускайте|незапускай
    не запускать
    нет, не запускай|не запускай пожалуйста|не запускай обзвон|не начинай|не начинайте|не звони
    не звоните никому
    не надо звонить|не надо запускать|не надо ничего запускать|не надо никому звонить|ничего не надо
    не делай этого
    не сейчас|нет, не сейчас|не сегодня|пока нет|нет пока|пока не надо|не надо пока|пока не запускай
    еще нет|нет ещё
    ещё не надо|нет, позже|нет, потом|нет, завтра|не в этот раз|в другой раз|ни за что|ни в коем случае
    никогда
    нельзя|нет, нельзя|неверно|не верно|нет, неверно|неправильно|не правильно|нет, неправильно|все неверно
    не то
    не так|нет, не так|нет, это не то|не подходит|не устраивает|меня не устраивает|нет, не подходит|не годится
    отказ|отказываюсь|я отказываюсь|против|я против|возражаю|передумал|я передумал|передумала|мы передумали
    нет, я передумал|обойдусь|неинтересно|не интересно|исключено|стоп|стоп!|стооп|стой|стойте|стоп-стоп
    остановись
    остановите|хватит|прекрати|отбой|отставить|отмена|отмени|отменить|отменяй|отменяем|отмени обзвон
    отмени запуск
    нет, отмена|нет, отмени|стоп, не надо|стоп, не запускай|хорошо, не надо|ладно, не надо|ок, не надо
    ок, отмена
    ладно, отмена|давай не будем|давай не надо|давай не сейчас|давай отменим|давайте не будем|забудь
    тормози|-|—|👎
    👎🏻|❌|🚫|⛔|🛑|yt|yt yflj|ytn|ytn!|YTN|неее|нетушки|no|No|NO|no!|nope|nah|no no|no no no|no thanks|no, thanks
    no thank you|no, thank you|not now|not yet|not today|don't|dont|do not start|don't start|don't do it
    please don't|never|no way|no need|absolutely not|of course not|definitely not|not really|rather not|cancel
    cancel it|stop|stop it|stop!|negative|hell no|i refuse|never mind|not correct|that's not right
    i don't want to
    don't call anyone|тщ|net|ne nado|no, don't|no, cancel|вот ещё|вот еще!|запускать не надо
    запускать не буду|звонить нельзя|категорически нет|ещё чего|минус|отклоняю
    запрещаю|wrong|incorrect|останови обзвон|хватит звонить|не звоните им пока|да ни за что|
    не трогай|не вздумай|откажусь|да ни в жизнь|ни за какие деньги|да уж нет|нет, запускать рано
    no, i do not want that|i do not|ага, конечно, разбежались|да конечно, щас|ага, щаззз|щас, разбежался
    нет, не начинай|нет, мне это не нужно|нет, не хочу никому звонить|к чёрту|без меня|уже не надо
    больше не надо
    мне это не надо|не нужно этого|не, не надо
""")
HEDGE = phrases("""
    да?|да??|ок?|точно?|нет?|стоп?|запускать?|запускай?|да нет наверное|да нет, наверное|наверное|наверно
    навернр
    может|может быть|возможно|вероятно|вроде|вроде да|вроде бы да|кажется да|похоже, да|думаю да|думаю, да
    я думаю да|думаю, нет|наверное да|наверное нет|скорее да|скорее нет|скорее всего да|пожалуй|пожалуй да
    в принципе да|в целом да|по идее да|не знаю|я не знаю|хз|незнаю|не уверен|не уверена|я не уверен
    сомневаюсь
    подумаю|я подумаю|надо подумать|дай подумать|дайте подумать|посмотрим|подожди|подождите|погоди|погодите
    постой
    подожди, да|да, подожди|стоп, подожди|секунду|секундочку|минуту|минутку|одну минуту|сек|момент|щас|ща
    сейчас
    потом|позже|попозже|завтра|давай завтра|давай потом|давай позже|да, завтра|да, но завтра|да, но позже
    да, потом
    да, вечером|ок, завтра|хорошо, позже|запускай завтра|запускай позже
    да, но|да, но не сейчас|да, если можно|если да|да если|когда|хотя нет|хотя да|да, хотя нет|но|нет да
    да нет да
    да, нет|да и нет|и да и нет|нет, да|нет, запускай|нет, давай|нет, хорошо|да, не надо|да, отмена
    запускай, нет
    запускай не сейчас|да, не сейчас|почему бы и нет|почему бы нет|почему нет|а почему бы и нет|why not
    да ну|да ладно
    да ладно!|да уж|да неужели|ну-ну|ага щас|ага, щас|ага, щас!|да щас|да вот ещё|ага, конечно
    ну да, конечно|ну да ну да
    да-да, конечно|да так|да и всё|ну и ладно|это хорошо|that's ok|it's fine
    не готов|пока не готова|ну отлично|ну супер|всё отлично|всё хорошо|как скажешь
    как хотите|без разницы|всё равно|вам решать|не думаю|не факт|вряд ли|не совсем
    да...|да…|ну да...|ок...|да..|«да»|"да"|да/нет|да (|да(|да ;)|+-|-+|🤔|да 🤔|🤷|👍👎|👍?|да ⏳
    maybe|perhaps|probably|i guess|not sure|i'm not sure|i don't know|dunno|idk|wait|hold on
    wait, yes|one moment|yes?|ok?|yes, but|yes but later|yes later|yes, tomorrow|later|tomorrow|no maybe
    yes no|щаз?|запускать рано|all good|да всё хорошо|yes, all good?|all good yes
    yes and no|no, yes|if yes|let me think|hmm|хм|эмм|надо бы|ну, допустим|допустим
""")
OTHER = phrases("""
    привет|здравствуйте|добрый день|спасибо|большое спасибо|спс|пока|пока-пока|ну пока|до свидания|как дела
    сколько это стоит|сколько стоит?|кто ты|помощь|статус|класс|круто|молодец|не понял|не понимаю
    отлично, спасибо|супер бот
    я уверен|уверены|вы уверены|i'm sure
    я хорошо|у меня хорошо|мы нормально|просто супер|отлично класс|i go|мы поехали|я отлично
    заново|снова|ладно, пока|давай, пока|good morning|good evening|call them now|отлично поработали
    супер игра|ну|так|и|а я
    понял|понятно|ясно|принято|ок, спасибо|хорошо, спасибо|ладно, спасибо|ок, понял|хорошо, понял|ок, понятно
    ok thanks|ok, thank you|thanks|thank you|hi|hello|please|пожалуйста|плиз|🙏|😊|🔥|1|2|да1|5|12|100
    да Винчи|да Винчи кафе|Да Винчи|Нет-сервис|Стоп-кадр|Давай дружить|Ок Гугл|Согласие плюс-минус сто|ООО Да
    89161234567|да 89161234567|да, 89161234567|да, вот ещё 89161234567|нет, 89161234567|+79161234567
    +7 916 123 45 67
    да восемь девятьсот шестнадцать|да вот|да, ещё|да, добавь ещё|да, это я|да я про другое
    да что такое|да что ты говоришь|да пошёл ты|да иди ты|да отвали|да как так|да где|да кто это
    да хватит болтать
    да добавь|да, измени название|да, другой|да, второе|да, удали|конечно удали|хорошо бы узнать цену
    хорошая погода|хорошо поработали|хорош|ладно тебе врать|давал|давали|давай дружить|давай про погоду
    давай создадим обзвон|сделай обзвон|сделай задание|давай обзвон|делай задание|хочу|хочу обзвон|надо|нужно
    можно вопрос|можно узнать цену|можно мне помощь|точно такой же|верный друг|верность|правильный номер|права
    дата|даша|дай|дал|да будет свет|когда-нибудь да|иди|идёт дождь|идет снег|класс обзвона|согласовать
    согласование идёт|запускал|запускали|запускали вчера|уже запускали|как запустить|как запустить обзвон
    запусти вчерашний обзвон|запусти другое задание|запусти мне музыку|позвони мне|звони мне|звоните нам
    позвони маме
    запуск ракеты|старт продаж|начни сначала музыку|начать новую жизнь|start over again please now with
    start music
    i am fine|i'm fine thank you|i'm ok thanks|yes sir i can boogie|sure about that|right side|go away|go home
    all right then forget everything you know|fine print|correct it|confirm email|ok google|okey dokey smokey
    run away|start menu|launch date|yesterday|yes man|no name|no man's land|не дозвонились|не дозвонился никто
    не работает|не туда попал|нет номеров|нет ответа от клиента|нет такого задания|нет, другое название
    нет, добавь
    нет, измени на Весна|не Весна, а Осень|стоп-лист|отмена заказа клиентом
    да да да да да да да да да да да да да
    ооо|нн|да, в понедельник|начинай в понедельник
    да, но у меня есть ещё один вопрос про номера, которые я вчера загружал в систему
    расскажи анекдот|погода завтра|окно|около|окна|гора|город|угол|угроза|агата|агент|норма|нормальный|плюсы
    запускайте собаку|точка|почта|дача|дома|ладонь|ладно я пошёл|хорошо сидим|подтверждение брони|верни
    вернуть
    верните деньги|вперёд в прошлое|жми сюда|жги глаголом|поехали домой|погнали в кино|го в доту|го гулять
    ес оу
    договорились о встрече|решено судом|принято решение|есть|есть вопрос|нетрудно|нетто|небо|немного|неделя
    нея|ненастье|это да или это что|ребята да|мама да|да бот ты глупый|бот|алиса|шеф
""")

# Words of everyday talk that mean neither yes nor no; beside a yes each of them makes it unclear.
SIDE_WORDS = phrases("""
    номер|номера|добавь|удали|измени|название|другой|другое|кроме|вчера|через|час|два|Иван|клиент|клиентам
    только
    первый|второй|цена|дорого|дешевле|сколько|почему|зачем|чтобы|наоборот|частично|половину|десять|пять
    мужчинам
    женщинам|москва|питер|шутка|шучу|сарказм|типа|якобы|но|если|когда|хотя|может|наверное|не|нет|ни|стоп
    подожди
    завтра|потом|позже|попозже|вечером|бы|ли|или|89161234567|another|other|except|half|only|later|maybe|not
    no|if|but
    wait|joking|tomorrow|numbers|first|delete|change
""")
YESES = ["да", "ага", "ок", "хорошо", "давай", "запускай", "конечно", "поехали", "согласен", "👍", "yes", "go ahead"]


@pytest.mark.parametrize("text", PLAIN_YES + TYPO_YES + START_YES + YES_AND_START)
def test_yes(text: str) -> None:
    assert read_answer(text) is Answer.YES
    assert is_clear_yes(text)
    assert not is_clear_no(text)


@pytest.mark.parametrize("text", NO)
def test_no(text: str) -> None:
    assert read_answer(text) is Answer.NO
    assert is_clear_no(text)
    assert not starts_calls(text)


@pytest.mark.parametrize("text", HEDGE)
def test_hedge(text: str) -> None:
    assert read_answer(text) is Answer.HEDGE


@pytest.mark.parametrize("text", OTHER)
def test_neither(text: str) -> None:
    assert read_answer(text) is Answer.OTHER


@pytest.mark.parametrize("side", SIDE_WORDS)
@pytest.mark.parametrize("yes", YESES)
def test_one_more_word_takes_a_yes_away(yes: str, side: str) -> None:
    for text in (f"{yes} {side}", f"{yes}, {side}", f"{side} {yes}", f"{side}, {yes}", f"{yes}. {side.title()}"):
        assert not is_clear_yes(text), text


@pytest.mark.parametrize("yes", YESES)
@pytest.mark.parametrize(
    "doubt", ["{}?", "{}???", "{} ?", "{}...", "{}…", "«{}»", '"{}"', "{}(", "не {}", "> {}", "{}/нет"]
)
def test_doubtful_punctuation_takes_a_yes_away(yes: str, doubt: str) -> None:
    assert not is_clear_yes(doubt.format(yes))


@given(st.sampled_from(YESES), st.text(alphabet="абвгдежзиклмнопрстуфхцчшщэюя", min_size=2, max_size=12))
def test_a_word_unknown_alone_takes_a_yes_away(yes: str, word: str) -> None:
    assume(read_answer(word) is Answer.OTHER and squeezed(word) not in WORDS)
    assume(typed_as_english(word) not in WORDS)  # "ен" is "ty" on the other layout: a word of thanks
    assume(not any(is_one_slip(word, known) for known in WORDS))  # "обзвн" is known, misspelt
    assert not is_clear_yes(f"{yes} {word}")


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert read_answer(text) in Answer
    starts_calls(text)
    hedges(text)
    refuses(text)


@pytest.mark.parametrize("short", ["нет", "не", "да", "ок", "ага", "угу", "го", "yes", "no"])
def test_slips_in_short_words_never_turn_into_a_yes(short: str) -> None:
    letters = "абвгдежзийклмнопрстуфхцчшщъыьэюя" if short[0] > "z" else "abcdefghijklmnopqrstuvwxyz"
    allowed = {"да", "ок", "ага", "угу", "го", "yes", "агу", "ес", "yea", "yas", "yep", "go"}
    for position in range(len(short)):
        for letter in letters:
            slip = short[:position] + letter + short[position + 1 :]
            if slip not in allowed:
                assert read_answer(slip) is not Answer.YES, slip


@pytest.mark.parametrize("text", START_YES)
def test_an_order_to_start_is_told_from_a_plain_yes(text: str) -> None:
    assert orders_start(text)
    assert starts_calls(text)


@pytest.mark.parametrize("text", ["можешь звонить им", "можете обзванивать", "можешь начинать"])
def test_leave_to_call_is_an_order_to_start(text: str) -> None:
    assert orders_start(text)
    assert is_clear_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "да",
        "да, запускай",
        "да, можешь звонить",
        "можешь",
        "можно запускай",
        "ок",
        "давай",
        "нет",
        "не запускай",
        "запускай завтра",
        "всё верно, запускай",
    ],
)
def test_a_plain_yes_is_no_order_to_start(text: str) -> None:
    assert not orders_start(text)


@pytest.mark.parametrize(
    "text",
    phrases("""
        запусти задание Весна|запускай обзвон Курьеры|начни звонить клиентам|можешь запустить обзвон?
        запусти по списку
        давай начнём обзвон?|можно начинать?|пожалуйста, запусти задание 4512|start the campaign Spring
        could you start?
        can you start the calls please?|запускай обзвон по новой базе|начинайте звонить людям
        стартуй кампанию Зима
    """),
)
def test_requests_to_start(text: str) -> None:
    assert starts_calls(text)


@pytest.mark.parametrize(
    "text",
    phrases("""
        не запускай|не надо запускать|пока не запускай|останови обзвон|стоп|как запустить обзвон
        когда запустить
        когда начинать?|сколько стоит запуск|зачем запускать|кто запустит|начни сначала|начать заново
        start over
        how do I start|don't start|do not launch|запускай завтра|запусти в понедельник позже
        если что, запускай
        запускал вчера|обзвон|да|привет|отмени запуск|запускать?|нет, запуск не нужен|подожди запускать
        when to start
    """),
)
def test_no_requests_to_start(text: str) -> None:
    assert not starts_calls(text)


@pytest.mark.parametrize(
    "text", ["да, завтра в десять", "думаю мы запустим", "если клиент согласится", "ок?", "maybe on Monday"]
)
def test_doubt_inside_a_longer_message(text: str) -> None:
    assert hedges(text)


@pytest.mark.parametrize(
    "text", ["нет, у нас другой план", "я не буду этого платить", "don't want your robots", "стоп машина"]
)
def test_refusal_inside_a_longer_message(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize("text", ["да нет же, запускай звонки", "ну и погода", "да, не вопрос"])
def test_no_refusal(text: str) -> None:
    assert not refuses(text)


@pytest.mark.parametrize(
    "text", ["хватит звонить", "не звоните никому пожалуйста сегодня", "stop dialing right now mate"]
)
def test_stopping_the_calls(text: str) -> None:
    assert stops(text)


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("не запускай", True),
        ("обзвон пока не начинай", True),
        ("не звони никому", False),
        ("не обзванивай их", False),
        ("запускай", False),
        ("не надо, запускай", False),
    ],
)
def test_forbidding_to_begin(text: str, forbidden: bool) -> None:
    assert forbids_start(text) is forbidden


@pytest.mark.parametrize("text", ["нет", "не хочу", "да", "звони", "не знаю"])
def test_not_stopping_the_calls(text: str) -> None:
    assert not stops(text)


@pytest.mark.parametrize(
    ("text", "agreed"), [("да Винчи", True), ("ок, но удали", True), ("не согласен я", False), ("нет", False)]
)
def test_a_word_of_consent_inside_a_message(text: str, agreed: bool) -> None:
    assert agrees(text) is agreed


@pytest.mark.parametrize(
    ("text", "delayed"), [("не сегодня", True), ("потом решим", True), ("нет", False), ("да", False)]
)
def test_another_time(text: str, delayed: bool) -> None:
    assert delays(text) is delayed
