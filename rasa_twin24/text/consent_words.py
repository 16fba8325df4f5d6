"""Words of consent, refusal and doubt, Russian and English, as people write them in messengers.

The lists are the guard's whole knowledge: a word that stands in none of them makes a message not a yes.
All are spelled plainly (lower case, "е" for "ё"), repeated letters once, without apostrophes.
"""

from __future__ import annotations

import re
from enum import Enum, auto

_REPEATED = re.compile(r"(.)\1+")


class Sense(Enum):
    """What one word (or one idiom) adds to the answer."""

    YES = auto()  # yes, whatever else is thanked or acknowledged
    MILD_YES = auto()  # yes, unless the message only acknowledges: "ок, спасибо"
    PRAISE = auto()  # an answer when it stands alone, a compliment otherwise
    START = auto()  # orders the start, which at the start question is a yes
    SURE = auto()  # strengthens: "конечно" is a yes alone and a no beside "нет"
    NO = auto()
    NOT = auto()  # turns what follows: "не надо", "don't"
    STOP = auto()  # takes back or holds: a no, and never beside a yes
    HEDGE = auto()
    LATER = auto()  # another time: a hedge alone, part of the no beside a no
    FILLER = auto()  # harmless anywhere
    COURTESY = auto()  # thanks, acknowledgement: harmless beside a clear yes
    OBJECT = auto()  # what is started: harmless beside a start verb
    REFUSED = auto()  # what is refused: known after a negation only


def squeezed(word: str) -> str:
    """A word with every repeated letter once and no apostrophe: "дааа" → "да", "don't" → "dont"."""
    return _REPEATED.sub(r"\1", word.replace("'", ""))


def _words(sense: Sense, text: str) -> dict[str, Sense]:
    return {squeezed(word): sense for word in text.split()}


# Imperatives, infinitives and nouns that order the start of the calls.
_START = """
запускай запускайте запускаем запусти запустите запустим запустить запускать запуск пуск
стартуй стартуйте стартуем стартани стартовать старт
начинай начинайте начинаем начни начните начнем начать начинать
звони звоните звоним обзванивай обзванивайте обзваниваем обзвони обзвоните обзвонить
набирай набирайте прозванивай прозвони прозвоните
приступай приступайте приступаем приступить приступим
врубай включай включайте активируй активируйте заводи газуй
возобнови возобновите возобновить возобновляй продолжи продолжай продолжайте продолжаем продолжить
действуй действуйте действуем поехали погнали гони го гоу вперед жги жгите жми жмите жмакай начали
start launch begin run go proceed resume continue activate unpause commence dial
zapuskai zapuskay zapuskaj zapusti nachinai nachinay nachinaj startuj poehali pognali
"""

WORDS: dict[str, Sense] = {
    # First, so that any other sense of a word prevails.
    **_words(
        Sense.REFUSED,
        """
        надо нужно нуно над хочется буду будем стоит нада хотел хотела хотелось хотели готов готова готовы
        требуется желаю ничего никому никого никуда этого этом то туда тот та те больше лучше еще
        интересно интересует нужен нужна нужны смей смейте надобности смысла делать начинайте
        звонить запускать думай вздумай трогай трогайте подтверждать планирую собираюсь собирался
        мой мое моя спешите спеши торопись торопитесь
        мне меня нам нас nado nuzhno hochu one anyone anybody
        need want do you thank this that anything any to me really just i'm im way at all would rather
        """,
    ),
    **_words(
        Sense.YES,
        """
        да ага агась агу угу угум угусь ес йес йеп еп
        согласен согласна согласны согласие согласовано одобряю одобряем одобрено утверждаю утверждаем
        утверждено подтверждаю подтверждаем подтверждено подтвердить подтверждение
        верно правильно именно добро
        можно можете можешь валяй валяйте
        подходит годится пойдет устраивает принимается принимаю поддерживаю разрешаю заметано договорились
        решено плюсую плюс железно стопудов безоговорочно дыа дап
        yes yeah yea yep yup yas y aye
        exactly agreed agree confirm confirmed confirming approve approved accept accepted
        affirmative yessir deal true granted mhm
        da aga verno soglasen podtverzhdayu
        + 👍 ✅ ✔ ☑ 👌 🆗 🤝 💯 🚀 🫡
        """,
    ),
    **_words(
        Sense.MILD_YES,
        """
        ок окей окэй окай оке оки окс окич окейно океюшки о'кей окья ок'ей кк
        хорошо харашо хор ладно ладна ладненько лады лан ланно норм нормально нормас
        идет сойдет давай давайте делай делайте делаем сделай сделайте
        выполняй выполняйте исполняй исполняйте отправляй отправляйте
        ok okay okey okie oki k kk okk alright fine oke
        horosho ladno norm davai davay davaj dawai
        вполне
        """,
    ),
    **_words(Sense.PRAISE, "отлично прекрасно замечательно супер великолепно идеально perfect great excellent"),
    **_words(
        Sense.SURE,
        """
        конечно канешно конешно канеш конеш кнчн разумеется безусловно несомненно естественно точно
        абсолютно совершенно категорически вовсе стопудово стопроцентно однозначно определенно непременно
        обязательно sure surely certainly absolutely definitely totally indeed right correct obviously ofc
        konechno konecno
        """,
    ),
    **_words(Sense.START, _START),
    **_words(
        Sense.NO,
        """
        нет неа нета нету netu нит нетушки нетути неет найн ноу ноуп
        отказ отказываюсь отказываемся откажусь откажемся против возражаю возражаем
        передумал передумала передумали исключено обойдусь обойдемся обойдешься неинтересно увольте фигушки
        отнюдь минус минусую отрицательно запрещаю запрещаем отклоняю отклоняем отклонить отклонено
        no nope nah naw negative never nay noo nein net n wrong incorrect disagree decline declined 👎 ❌ 🚫 ⛔ 🙅 ✖
        """,
    ),
    **_words(Sense.NOT, "не ни нельзя никак никогда not dont donot didnt wont cannot cant doesnt isnt shouldnt ne"),
    **_words(
        Sense.STOP,
        """
        стоп стой стойте остановись остановитесь останови остановите остановить хватит довольно
        прекрати прекратите прекращай прекратить отбой отставить отмена отмени отмените отменяй отменяйте
        отменить отменяем отменяю отменим забудь забудьте тормози тормозни харе
        cancel stop abort halt forget quit otmena 🛑 ✋
        """,
    ),
    **_words(
        Sense.HEDGE,
        """
        наверное наверно наверн навернр возможно может мож вероятно вроде кажется похоже думаю подумаю
        подумаем подумать посмотрим посмотрю посоветуюсь сомневаюсь сомнительно хз допустим предположим
        пожалуй скорее почти типа надеюсь вряд едва если когда но однако хотя бы ли или либо сначала сперва
        кроме неужели якобы зависит смотря колеблюсь неуверен неуверена незнаю после
        подожди подождите подождем подожду погоди погодите погодь обожди обождите постой постойте
        секунду секундочку сек секунда минуту минутку минуточку мин момент моментик щас ща счас
        хм хмм гм эм эмм мм ммм эээ ээ
        maybe perhaps probably possibly guess think suppose if but unless whether depends might could
        wait hold moment second sec hmm hm uh um erm dunno idk unsure doubt hesitate almost somewhat after
        before until 🤔 🤷 😕 🤨 😐 ⏳ ⌛
        """,
    ),
    **_words(
        Sense.LATER,
        """
        уже потом позже попозже завтра послезавтра вечером утром днем ночью сегодня сейчас пока рано рановато
        понедельник вторник среду четверг пятницу субботу воскресенье
        later tomorrow now today yet tonight soon next
        через час часа часов часик обеда недели неделе неделю месяц выходных праздников
        днях попоздней lunch hour hours minutes monday meeting
        """,
    ),
    **_words(
        Sense.FILLER,
        """
        ну так все это и а я мы тогда же ка уж прямо сразу немедленно просто
        пожалуйста пожалста пожалуста пожалуйсто пж пжл пжлст плиз плз
        класс классно круто чудесно
        сэр шеф босс дружище полностью
        смело спокойно дальше хочу хотим даю даем уверен уверена уверены
        please pls plz it's that's is i we lets let's the a then well faster cool awesome good
        🙏 🙂 😊 😀 😉 😄 😁 😃 🔥 🎉 💪 ❤ 👏 🥳 😎 ☺ 🤗 📞 ☎
        """,
    ),
    **_words(
        Sense.COURTESY,
        """
        спасибо спс спасиб спасибочки пасиб пасибо благодарю благодарим понял поняла поняли понятно ясно
        принято принял приняла
        thanks thank thx ty thankyou understood noted
        """,
    ),
    **_words(
        Sense.OBJECT,
        """
        обзвон обзвона обзвону обзвоны звонки звонков звонок дозвон прозвон кампанию компанию задание задачу
        звонить обзванивать прозванивать дозваниваться звонок к его их ее всех всем им
        it call calls calling campaign dialing dialling them everyone all task
        """,
    ),
}

# Whole idioms, longest first when matched; the words must stand side by side without punctuation.
IDIOMS: dict[tuple[str, ...], Sense] = {
    tuple(squeezed(word) for word in idiom.split()): sense
    for sense, idioms in {
        Sense.YES: """
            нет проблем|без проблем|без вопросов|не вопрос|нет вопросов|вопросов нет|не проблема
            нет возражений
            возражений нет|не возражаю|не возражаем|не против|я за|мы за|только за|обеими руками за
            двумя руками за
            еще бы|так точно|так и есть|все так и есть|все верно|все правильно|все так|все точно|все ок|все окей
            по рукам|прошу начать|в путь|в бой|с богом|на старт|есть такое|от души за
            do it|just do it|do it now|do it right now|just do it now
            go ahead|go for it|go on|of course|sounds good|looks good|looks right
            sounds great
            no problem|no objections|no objection|by all means|you bet|please do|for sure|why of course
            all right|all set|lets go|let's go|thats right|that's right|that is right|that is correct
            fire away|make it so|im in|i'm in
            sure thing|no doubt|i do|carry on|hell yes|hell yeah|ne vopros|bez problem
            мне подходит|меня устраивает|нас устраивает|нам подходит|меня все устраивает|нас все устраивает
            мне все подходит|нам все подходит|все подходит|все устраивает|все сходится|все совпадает
            не вижу проблем|проблем не вижу|не вижу препятствий|препятствий не вижу
            ясен пень|ясен перец|ясен хрен|ясное дело|а то|а как же|сто процентов|сто пудов|на все сто процентов|еще как
            зеленый свет|даю зеленый свет|вам зеленый свет|тебе зеленый свет|полный вперед|полный ход|по любому
            пусть звонит|пусть звонят|пусть едет|пусть работает|пусть идет|пусть начинает|пусть так и будет
            пусть будет так|да будет так|вперед и с песней
            всеми руками за|всеми конечностями за|возьми да запусти
            green light|you have my ok|you have my blessing|full steam ahead|lets do this|let's do this|lets do it
            let's do it|let it rip|lets roll|let's roll|bring it on|hit it|send it|get going|get started
            lets get started|let's get started|fine by me|fine with me|ok by me|ok with me|works for me|suits me
            im on board|i'm on board|no objection from me|no objections from me|thumbs up|roger that|count me in
            one hundred percent|hundred percent|okie dokie|okey dokey|okey dokie|uh huh|mm hm|mm hmm|good to go
            you have my permission|permission granted|no doubts|approved by me|i approve|i confirm
            данные верны|данные верные
            номера верны|номера верные|информация верна|все данные верны|без возражений|не имею возражений
            возражений не имею|готов подтвердить|готова подтвердить|готовы подтвердить|полностью за
            да не вопрос|да без проблем|да нет проблем|да ради бога|yes i do|with pleasure|с удовольствием
        """,
        Sense.SURE: "само собой|само собой разумеется",
        Sense.FILLER: """
            прямо сейчас|прям сейчас|right now|right away|at once|как можно скорее|на все сто
            я уверен|я уверена|мы уверены|im sure
            будьте добры|будь добр|будь добра|с ветерком|чего ждать|чего ждем|чего тянуть|не томи|не томите|не тяни
            не тяните|не медли|не медлите|не сомневайся|не сомневайтесь|without a doubt|why wait|dont wait|don't wait
            as planned|i am sure|all of them|quick as you can
        """,
        Sense.NOT: "i do not|we do not|да не|ну не|пока не|еще не|no need|не надо|не нужно",
        Sense.NO: """
            вот еще|да нет|да ну нет|ни за что|ни в коем случае|ни при каких|ни разу|ни капли
            нет уж|ну уж нет|да ну нафиг|нет нет|не а|нафиг надо|на фиг
            да ни за что|ни в жизнь|да ни в жизнь|ни за какие деньги|да ни за какие деньги|ни под каким видом
            ни за какие коврижки|ни в коем разе|да ни в коем случае|да ни в коем разе|да уж нет|вовсе нет|еще чего
            no way|no thank you|not at all|not really|hell no|no no
            of course not|absolutely not|certainly not|definitely not|never mind|i refuse|rather not
            id rather not|i'd rather not|better not|im good|i'm good
            не в этот раз|в другой раз|без меня|к черту
        """,
        Sense.HEDGE: """
            почему бы и нет|почему бы нет|почему нет|а почему бы и нет|why not|да ну|да ладно|да уж
            да неужели|ну ну
            да так|да и все|и все|ну и ладно|и ладно|ну и хорошо|это хорошо|это нормально|это норм|это отлично
            это супер|это прекрасно|это замечательно|thats great|thats ok|thats okay|its ok|its okay|its fine
            ну отлично|ну супер|ну прекрасно|ну замечательно|ну великолепно|все отлично|все супер
            все прекрасно
            ну да ну да|как бы да|разбежался|разбежались
            ладно тебе|не знаю|не знаем|не уверен|не уверена|не уверены|не определился|не решил|не решила
            в принципе|в целом|по идее|по ходу|как бы|может быть|может и да|скорее да|скорее нет
            скорее всего|одну минуту|одну секунду|один момент|yes and no|да вот еще|вряд ли
            как скажешь|как скажете|как хотите|как хочешь|без разницы|все равно|тебе решать|вам решать
            дай подумать|дайте подумать|надо подумать|нужно подумать|нужно время|надо время
            затрудняюсь ответить
            not sure|dont know|don't know|i guess|i think|kind of|sort of|hold on|one moment|just a moment
            give me a|let me think|up to you|no idea|as you wish|whatever|all good|все хорошо|все норм
            все нормально
            не думаю|не помню|сам не знаю|сама не знаю|не совсем|не очень|не факт|не точно|не готов
            не готова|не готовы|пока не готов|пока не готова|пока не готовы|еще не готов|еще не готова
            no maybe
        """,
    }.items()
    for idiom in idioms.replace("\n", "|").split("|")
    if idiom.strip()
}
# Said in earnest as often as in mockery; punctuation does not matter.
MOCKING: tuple[tuple[str, ...], ...] = tuple(
    tuple(squeezed(word) for word in idiom.split())
    for idiom in (
        "ага конечно",
        "ну да конечно",
        "да да конечно",
        "ага щас",
        "да щас",
        "ага сейчас",
        "ну да ну да",
        "yeah right",
        "yea right",
        "oh right",
        "oh sure",
        "oh yeah sure",
        "sure jan",
        "as if",
    )
)
# Refusals in the dress of a yes, whatever stands around them.
SNEERING: tuple[tuple[str, ...], ...] = tuple(
    tuple(squeezed(word) for word in idiom.split())
    for idiom in (
        "ага конечно щас",
        "да конечно щас",
        "ага конечно разбежались",
        "ага конечно разбежался",
        "ага разбежались",
        "ага разбежался",
        "щас разбежались",
        "щас разбежался",
        "ага щаз",
        "да щаз",
        "щаз",
    )
)
# Whole messages: "all good" alone may refuse politely, and "уже" puts off beside most other words.
AGREEING = frozenset(
    tuple(squeezed(word) for word in whole.split())
    for whole in (
        *(f"{yes} all good" for yes in ("yes", "yep", "yeah", "yup")),
        *(f"all good {order}" for order in ("go", "go ahead", "start", "start it", "launch", "launch it", "proceed")),
        *("давай уже", "давайте уже", "да давай уже", "ну давай уже", "делай уже"),
    )
)
LONGEST_IDIOM = max(len(idiom) for idiom in IDIOMS)
