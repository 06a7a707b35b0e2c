import pytest
from chatbot.services.guide import sync_guide
from chatbot.selectors.sources import _passages, _meaning_of, _OF_GUIDE, _numbered
from chatbot.tests.engines.quoting import answer
Q={"en":[("How can I get an API key?","api-keys#create"),("I forgot my password","getting-started#password|administration#password"),("what does 429 mean","api-keys#rate-limit"),("How do I add Ollama?","engines#ollama"),
("How do I upload a PDF?","files-and-memories#attach|files-and-memories#kinds"),("Can I use the openai python library?","api-keys#openai"),("How do I stop it writing?","chat#stop"),("make the voice slower","voice#speed"),("which file types are supported?","files-and-memories#kinds"),
("How do I invite somebody to my project?","projects#add-member"),("delete a conversation","chat#export"),("What is a temporary chat?","chat#temporary"),("How do I change the language?","getting-started#language"),("can I pause a queue","administration#queues"),
("Is my chat private?","administration#privacy|chat"),("rate an answer","tasks-and-results#rate"),("How much can I use per day?","api-keys#quota|api-keys#rate-limit"),("sign out everywhere","getting-started#sessions|administration#password"),("What can you tell me about scopes?","api-keys#scopes"),("How do I speak a text aloud?","voice#speak|chat#commands"),("How do I get an API key?","api-keys#create"),("why did my task fail","tasks-and-results#failed"),("how to add a model with an API key","engines#service|engines#add"),("what roles are there in a project","projects#roles"),("mp3 download","voice#formats|voice#speak")],
"vi":[("Làm sao tạo khóa API?","api-keys#create"),("Tôi quên mật khẩu","getting-started#password|administration#password"),("Thêm Ollama thế nào?","engines#ollama"),("Đọc được những loại tệp nào?","files-and-memories#kinds"),("Làm sao để đọc chậm hơn?","voice#speed"),("Thêm người vào dự án","projects#add-member"),("Ghi nhớ là gì?","files-and-memories#memory"),("Xóa cuộc trò chuyện","chat#export"),("Hạn mức là gì?","api-keys#quota"),("Đổi ngôn ngữ","getting-started#language"),("tao khoa api","api-keys#create"),("Ai đọc được trò chuyện của tôi?","administration#privacy|chat")]}
NO=["What is the capital of France?","I am sad today","Who won the world cup?","best pizza recipe","Is it going to rain tomorrow?","How old is the universe?","Tell me about Napoleon"]
@pytest.mark.django_db
def test_it():
    sync_guide()
    for lang,qs in Q.items():
        ok=ret=0
        for q,w in qs:
            src=tuple(_numbered(_passages(q,_meaning_of(q),_OF_GUIDE,{"language":lang})))
            t=answer(q,sources=src,language=lang)
            want={f"{lang}/{x}" for x in w.split("|")}
            import re
            m=re.search(r"\[(\d+)\]$",t,re.M); first=src[int(m[1])-1].reference if m else None
            ret+=bool(want&{s.reference for s in src}); hit=first in want; ok+=hit
            print("OK  " if hit else "MISS",q,"|",first,"|",t.splitlines()[0][:110],"|",[s.reference.split('/')[1] for s in src[:3]] if not hit else "")
        print(lang,ok,ret,len(qs))
    for q in NO:
        src=tuple(_numbered(_passages(q,_meaning_of(q),_OF_GUIDE,{"language":"en"})))
        print("NO",q,"|",answer(q,sources=src).splitlines()[0][:150])
